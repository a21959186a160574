// An exporter as client_golang's documentation writes it: promhttp over a collector of const metrics.
//
//	go-exporter SERIES
//
// Listens on a free port of 127.0.0.1, prints it, and ends when its standard input does.
package main

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

var names = []string{"", "_size_bytes", "_largest_size_bytes", "_tags", "_untagged", "_untagged_size_bytes",
	"_never_pulled", "_idle", "_idle_size_bytes", "_last_push_timestamp_seconds"}

type row struct {
	labels []string
	value  float64
}

type collector struct {
	descriptors []*prometheus.Desc
	rows        [][]row
}

func newCollector(series int) *collector {
	c := &collector{}
	labels := []string{"project", "instance_id", "repository_id", "repository", "artifact_type"}
	for family := range names {
		c.descriptors = append(c.descriptors,
			prometheus.NewDesc("huaweicloud_swr_artifacts"+names[family], "Artifacts of the repository.", labels, nil))
		c.rows = append(c.rows, nil)
	}
	for i := 0; i < series; i++ {
		family, repository := i%len(names), i/len(names)
		id := strconv.Itoa(1000000 + repository)
		c.rows[family] = append(c.rows[family], row{[]string{"production", "i0000-a000100000-r00010000-000000000", id,
			"team-001/service-" + id, "IMAGE"}, float64((i * 7919) % 100000007)})
	}
	return c
}

func (c *collector) Describe(out chan<- *prometheus.Desc) {
	for _, descriptor := range c.descriptors {
		out <- descriptor
	}
}

func (c *collector) Collect(out chan<- prometheus.Metric) {
	for family, rows := range c.rows {
		for i := range rows {
			out <- prometheus.MustNewConstMetric(c.descriptors[family], prometheus.GaugeValue, rows[i].value, rows[i].labels...)
		}
	}
}

func main() {
	series, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(newCollector(series))
	http.Handle("/metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(http.Serve(listener, nil))
}
