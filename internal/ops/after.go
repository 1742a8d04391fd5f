package ops

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/seed-ede61cd5/sluice/source/after"
)

// Acting is what acts on loaded files. Stats may be called at any time.
type Acting interface{ Stats() after.Stats }

// After is the numbers of what is done with loaded files, for [Handler].
func After(a Acting) prometheus.Collector {
	describe := func(name, help string) *prometheus.Desc {
		return prometheus.NewDesc("sluice_after_"+name, help, nil, nil)
	}
	return &afterCollector{
		a,
		describe("done_total", "Loaded files that were deleted, moved or tagged."),
		describe("failed_total", "Loaded files that could not be, each time that it was given up."),
		describe("replaced_total", "Loaded files that were overwritten before, and left as they are."),
		describe("pending", "Loaded files that are about to be."),
	}
}

// afterCollector reads the numbers when it is asked to. It implements
// [prometheus.Collector].
type afterCollector struct {
	acting                          Acting
	done, failed, replaced, pending *prometheus.Desc
}

// Describe implements [prometheus.Collector].
func (c *afterCollector) Describe(out chan<- *prometheus.Desc) {
	prometheus.DescribeByCollect(c, out)
}

// Collect implements [prometheus.Collector].
func (c *afterCollector) Collect(out chan<- prometheus.Metric) {
	stats := c.acting.Stats()
	out <- prometheus.MustNewConstMetric(c.done, prometheus.CounterValue, float64(stats.Acted))
	out <- prometheus.MustNewConstMetric(c.failed, prometheus.CounterValue, float64(stats.Failed))
	out <- prometheus.MustNewConstMetric(c.replaced, prometheus.CounterValue, float64(stats.Replaced))
	out <- prometheus.MustNewConstMetric(c.pending, prometheus.GaugeValue, float64(stats.Pending))
}
