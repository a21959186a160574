// How long Go's text encoder takes for families that lie ready: expfmt.MetricFamilyToText.
//
//	go-encoder SERIES ROUNDS
//
// Prints the fastest round in microseconds, and the bytes.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"strconv"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

func text(s string) *string { return &s }

func main() {
	series, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	rounds, err := strconv.Atoi(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	family := &dto.MetricFamily{Name: text("huaweicloud_swr_artifacts_size_bytes"), Help: text("Sum of the sizes."),
		Type: dto.MetricType_GAUGE.Enum()}
	for i := 0; i < series; i++ {
		id := strconv.Itoa(1000000 + i)
		value := float64(26843545600 + (i*7919)%1000003)
		family.Metric = append(family.Metric, &dto.Metric{Gauge: &dto.Gauge{Value: &value}, Label: []*dto.LabelPair{
			{Name: text("project"), Value: text("production")},
			{Name: text("instance_id"), Value: text("i0000-a000100000-r00010000-000000000")},
			{Name: text("repository_id"), Value: text(id)},
			{Name: text("repository"), Value: text("team-001/service-" + id)},
			{Name: text("artifact_type"), Value: text("IMAGE")}}})
	}
	var best time.Duration
	var out bytes.Buffer
	for round := 0; round < rounds; round++ {
		out.Reset()
		start := time.Now()
		if _, err := expfmt.MetricFamilyToText(&out, family); err != nil {
			log.Fatal(err)
		}
		if took := time.Since(start); best == 0 || took < best {
			best = took
		}
	}
	fmt.Println(best.Microseconds(), out.Len())
}
