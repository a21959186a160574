// What an operator would write in Go: net/http and encoding/json, signed requests, and the exporter's fold.
//
//	go-collector BASE_URL INSTANCE...
//
// Each instance is listed by a goroutine of its own. Prints pages, artifacts and totals, so that the answer is checked.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

const project = "0123456789abcdef0123456789abcdef"

type tag struct {
	Name string `json:"name"`
}

type artifact struct {
	ID             int64     `json:"id"`
	RepositoryID   int64     `json:"repository_id"`
	RepositoryName string    `json:"repository_name"`
	NamespaceID    int64     `json:"namespace_id"`
	Type           string    `json:"type"`
	Digest         string    `json:"digest"`
	Size           int64     `json:"size"`
	PushTime       time.Time `json:"push_time"`
	PullTime       time.Time `json:"pull_time"`
	Tags           []tag     `json:"tags"`
}

type page struct {
	Artifacts  []artifact `json:"artifacts"`
	NextMarker *int64     `json:"next_marker"`
}

type key struct {
	repository int64
	kind       string
}

type totals struct {
	name                                             string
	artifacts, bytes, largest, tags, untagged, never int64
	untaggedBytes                                    int64
	idle, idleBytes                                  [2]int64
	lastPush, lastPull                               time.Time
}

type fold struct {
	seen    map[int64]struct{}
	totals  map[key]*totals
	cutoffs [2]time.Time
}

func (f *fold) add(p *page) {
	for i := range p.Artifacts {
		a := &p.Artifacts[i]
		if _, known := f.seen[a.ID]; known {
			continue
		}
		f.seen[a.ID] = struct{}{}
		k := key{a.RepositoryID, a.Type}
		t := f.totals[k]
		if t == nil {
			t = &totals{name: a.RepositoryName}
			f.totals[k] = t
		}
		t.artifacts++
		t.bytes += a.Size
		t.tags += int64(len(a.Tags))
		if a.Size > t.largest {
			t.largest = a.Size
		}
		if len(a.Tags) == 0 {
			t.untagged++
			t.untaggedBytes += a.Size
		}
		if a.PushTime.After(t.lastPush) {
			t.lastPush = a.PushTime
		}
		use := a.PullTime
		if a.PullTime.IsZero() {
			t.never++
			use = a.PushTime
		} else if a.PullTime.After(t.lastPull) {
			t.lastPull = a.PullTime
		}
		for i, cutoff := range f.cutoffs {
			if !use.After(cutoff) {
				t.idle[i]++
				t.idleBytes[i] += a.Size
			}
		}
	}
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// SDK-HMAC-SHA256 for a request without a body.
func sign(r *http.Request) {
	date := time.Now().UTC().Format("20060102T150405Z")
	r.Header.Set("X-Sdk-Date", date)
	var pairs []string
	for name, values := range r.URL.Query() {
		for _, value := range values {
			pairs = append(pairs, url.QueryEscape(name)+"="+url.QueryEscape(value))
		}
	}
	sort.Strings(pairs)
	canonical := strings.Join([]string{r.Method, r.URL.Path + "/", strings.Join(pairs, "&"),
		"host:" + r.URL.Host + "\nx-sdk-date:" + date + "\n", "host;x-sdk-date", hash("")}, "\n")
	mac := hmac.New(sha256.New, []byte("SKEXAMPLE"))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + hash(canonical)))
	r.Header.Set("Authorization", "SDK-HMAC-SHA256 Access=AKEXAMPLE, SignedHeaders=host;x-sdk-date, Signature="+
		hex.EncodeToString(mac.Sum(nil)))
}

func get(client *http.Client, address string) (*page, error) {
	request, err := http.NewRequest("GET", address, nil)
	if err != nil {
		return nil, err
	}
	sign(request)
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return nil, fmt.Errorf("status %d", response.StatusCode)
	}
	var p page
	return &p, json.NewDecoder(response.Body).Decode(&p)
}

func collect(client *http.Client, base, instance string) (*fold, int) {
	now := time.Now()
	f := &fold{seen: map[int64]struct{}{}, totals: map[key]*totals{},
		cutoffs: [2]time.Time{now.AddDate(0, 0, -30), now.AddDate(0, 0, -90)}}
	pages := 0
	for marker := int64(1); ; {
		p, err := get(client, fmt.Sprintf("%s/v2/%s/instances/%s/artifacts?limit=100&marker=%d", base, project, instance, marker))
		if err != nil {
			log.Fatal(err)
		}
		pages++
		f.add(p)
		if p.NextMarker == nil || len(p.Artifacts) == 0 {
			return f, pages
		}
		marker = *p.NextMarker
	}
}

func main() {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 64
	client := &http.Client{Transport: transport, Timeout: 30 * time.Second}
	var group sync.WaitGroup
	var lock sync.Mutex
	var pages, artifacts, repositories int
	for _, instance := range os.Args[2:] {
		group.Add(1)
		go func(instance string) {
			defer group.Done()
			f, count := collect(client, os.Args[1], instance)
			lock.Lock()
			defer lock.Unlock()
			pages += count
			artifacts += len(f.seen)
			repositories += len(f.totals)
		}(instance)
	}
	group.Wait()
	fmt.Println(pages, artifacts, repositories)
}
