package ops

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-ede61cd5/sluice/transfer"
)

// Engine is what is watched. Its methods may be called at any time.
type Engine interface {
	Stats() transfer.Stats
	Flow() transfer.Flow
}

// metric is one number that the engine has.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
	read func(transfer.Stats, transfer.Flow) float64
}

func newMetric(name, help string, kind prometheus.ValueType, read func(transfer.Stats, transfer.Flow) float64) metric {
	return metric{prometheus.NewDesc("sluice_"+name, help, nil, nil), kind, read}
}

// metrics are all of them but for the failures.
func metrics() []metric {
	counter := func(name, help string, read func(transfer.Stats, transfer.Flow) float64) metric {
		return newMetric(name, help, prometheus.CounterValue, read)
	}
	gauge := func(name, help string, read func(transfer.Stats, transfer.Flow) float64) metric {
		return newMetric(name, help, prometheus.GaugeValue, read)
	}
	return []metric{
		counter("files_loaded_total", "Files loaded to their end.", func(s transfer.Stats, _ transfer.Flow) float64 { return float64(s.FilesLoaded) }),
		counter("files_failed_total", "Files that were given up: parked, or left for a later listing.", func(s transfer.Stats, _ transfer.Flow) float64 { return float64(s.FilesFailed) }),
		counter("rows_loaded_total", "Rows committed.", func(s transfer.Stats, _ transfer.Flow) float64 { return float64(s.RowsLoaded) }),
		counter("rows_rejected_total", "Bad rows that were counted and left out.", func(s transfer.Stats, _ transfer.Flow) float64 { return float64(s.RowsRejected) }),
		// It falls a little when a file was fetched twice, so it is no counter.
		gauge("read_bytes", "Stored bytes read.", func(s transfer.Stats, _ transfer.Flow) float64 { return float64(s.BytesRead) }),
		counter("commits_total", "Commits of the target.", func(_ transfer.Stats, f transfer.Flow) float64 { return float64(f.Commits) }),
		gauge("in_flight_bytes", "Bytes of decoded rows between the readers and their commit.", func(_ transfer.Stats, f transfer.Flow) float64 { return float64(f.InFlight) }),
		gauge("in_flight_limit_bytes", "The most that may be in flight.", func(_ transfer.Stats, f transfer.Flow) float64 { return float64(f.InFlightLimit) }),
		counter("throttled_seconds_total", "Time that readers have waited for room, all together.", func(_ transfer.Stats, f transfer.Flow) float64 { return f.Throttled.Seconds() }),
		gauge("files_pending", "Files that are known and neither loaded nor given up.", func(_ transfer.Stats, f transfer.Flow) float64 { return float64(f.Pending) }),
		gauge("files_waiting", "Pending files that are to be tried again later.", func(_ transfer.Stats, f transfer.Flow) float64 { return float64(f.Waiting) }),
		gauge("files_active", "Pending files that are being read or are on their way.", func(_ transfer.Stats, f transfer.Flow) float64 { return float64(f.Active) }),
		gauge("oldest_pending_seconds", "For how long the oldest pending file has been known.", func(_ transfer.Stats, f transfer.Flow) float64 { return f.Oldest.Seconds() }),
		gauge("ready", "1 if the table is known and the target takes rows.", func(_ transfer.Stats, f transfer.Flow) float64 {
			if f.Ready {
				return 1
			}
			return 0
		}),
	}
}

// collector reads the engine when it is asked to. It implements
// [prometheus.Collector].
type collector struct {
	engine   Engine
	metrics  []metric
	failures *prometheus.Desc
}

func newCollector(e Engine) *collector {
	return &collector{e, metrics(), prometheus.NewDesc("sluice_failures_total",
		"Failed attempts at files that count against them, by what may help.", []string{"class"}, nil)}
}

// Describe implements [prometheus.Collector].
func (c *collector) Describe(out chan<- *prometheus.Desc) { prometheus.DescribeByCollect(c, out) }

// Collect implements [prometheus.Collector].
func (c *collector) Collect(out chan<- prometheus.Metric) {
	stats, flow := c.engine.Stats(), c.engine.Flow()
	for _, m := range c.metrics {
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, m.read(stats, flow))
	}
	for class, n := range flow.Failures {
		out <- prometheus.MustNewConstMetric(c.failures, prometheus.CounterValue, float64(n), class.String())
	}
}
