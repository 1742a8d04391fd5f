package ops

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-ede61cd5/sluice/source/sqs"
)

// Queue is a queue that is followed. Stats may be called at any time.
type Queue interface{ Stats() sqs.Stats }

// queueMetric is one number of a queue.
type queueMetric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(sqs.Stats) float64
}

func queueMetrics() []queueMetric {
	counter := func(name, help string, read func(sqs.Stats) int64) queueMetric {
		return queueMetric{prometheus.NewDesc("sluice_queue_"+name, help, nil, nil), prometheus.CounterValue,
			func(s sqs.Stats) float64 { return float64(read(s)) }}
	}
	gauge := func(name, help string, read func(sqs.Stats) float64) queueMetric {
		return queueMetric{prometheus.NewDesc("sluice_queue_"+name, help, nil, nil), prometheus.GaugeValue, read}
	}
	return []queueMetric{
		counter("received_total", "Messages received, each time that one came.", func(s sqs.Stats) int64 { return s.Received }),
		counter("deleted_total", "Messages deleted: all in them is durable, or needs no loading.", func(s sqs.Stats) int64 { return s.Deleted }),
		counter("given_back_total", "Messages given back, to come again or for the dead-letter queue.", func(s sqs.Stats) int64 { return s.Released }),
		counter("duplicates_total", "Messages that came while they were held.", func(s sqs.Stats) int64 { return s.Duplicates }),
		counter("test_events_total", "Test events of S3.", func(s sqs.Stats) int64 { return s.TestEvents }),
		counter("skipped_total", "Records that need no loading by rule: other events, keys outside of the sources.", func(s sqs.Stats) int64 { return s.Skipped }),
		counter("superseded_total", "Objects that were gone or overwritten when they were to be loaded.", func(s sqs.Stats) int64 { return s.Superseded }),
		counter("not_understood_total", "Messages with something that is not understood, each time that one came.", func(s sqs.Stats) int64 { return s.Poison }),
		counter("foreign_total", "Messages with objects of other buckets, each time that one came.", func(s sqs.Stats) int64 { return s.Foreign }),
		counter("extended_total", "Heartbeats: a message is held for longer.", func(s sqs.Stats) int64 { return s.Extended }),
		counter("stale_total", "Heartbeats and deletes that came too late.", func(s sqs.Stats) int64 { return s.Stale }),
		counter("failures_total", "Requests to the queue that failed, heartbeats included.", func(s sqs.Stats) int64 { return s.Failures }),
		gauge("held_messages", "Messages held now.", func(s sqs.Stats) float64 { return float64(s.Held) }),
		gauge("oldest_held_seconds", "How long ago the oldest of them was sent.", func(s sqs.Stats) float64 { return s.Oldest.Seconds() }),
	}
}

// queueCollector reads the queue's numbers when it is asked to. It implements
// [prometheus.Collector].
type queueCollector struct {
	queue   Queue
	metrics []queueMetric
}

// Describe implements [prometheus.Collector].
func (c *queueCollector) Describe(out chan<- *prometheus.Desc) {
	prometheus.DescribeByCollect(c, out)
}

// Collect implements [prometheus.Collector].
func (c *queueCollector) Collect(out chan<- prometheus.Metric) {
	stats := c.queue.Stats()
	for _, m := range c.metrics {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, m.read(stats))
	}
}
