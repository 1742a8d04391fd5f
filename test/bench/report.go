package main

import (
	"fmt"
	"runtime"

	"github.com/dustin/go-humanize"
)

// verdict is a wanted ratio beside the measured one.
type verdict struct {
	title, against, limit string
	wanted, measured      float64
	rss, rssLimit         int64 // MiB
}

// reported are the columns of a race's table: what a contender has shown, some of it
// beside the first, which is Sluice.
var reported = []struct {
	title string
	cell  func(r, first result) string
}{
	{"", func(r, _ result) string {
		return r.loader.name + map[place]string{s3: ", from S3", folder: ", 64 files"}[r.from]
	}},
	{"file", func(r, _ result) string { return r.format + ", " + humanize.Bytes(uint64(r.in.bytes)) }},
	{"wall, s", func(r, _ result) string { return seconds(r.median(wall)) }},
	{"fastest–slowest", func(r, _ result) string {
		fastest, slowest := extremes(r.loads)
		return seconds(fastest) + "–" + seconds(slowest)
	}},
	{"rows/s", func(r, _ result) string { return humanize.Comma(int64(r.speed())) }},
	{"MB/s", func(r, _ result) string { return fmt.Sprintf("%.0f", float64(r.in.bytes)/r.median(wall)/1e6) }},
	{"Sluice's speed / its", func(r, first result) string { return fmt.Sprintf("%.2f", first.speed()/r.speed()) }},
	{"its CPU / Sluice's", func(r, first result) string { return fmt.Sprintf("%.2f", r.cpuPerRow()/first.cpuPerRow()) }},
	{"CPU s client", func(r, _ result) string { return seconds(r.median(func(l load) float64 { return l.client })) }},
	{"server", func(r, _ result) string { return seconds(r.median(func(l load) float64 { return l.database })) }},
	{"store", func(r, _ result) string { return seconds(r.median(func(l load) float64 { return l.store })) }},
	{"of the cores", func(r, _ result) string { return percent(r.share(load.ours)) }},
	{"others", func(r, _ result) string { return percent(r.share(others)) }},
	{"disk wait", func(r, _ result) string { return percent(r.share(idleForDisk)) }},
	{"peak MiB", func(r, _ result) string { return fmt.Sprint(r.peak()) }},
}

// report prints a race, and notes how Sluice compares.
func (b *bench) report(r race, db database, results []result) {
	first := results[0]
	b.printf("\n### %s\n\n%s rows of %d columns, %d rounds, load average %s.\n\n", r.title, humanize.Comma(first.in.rows), len(first.in.columns), b.rounds, loadAverage())
	lines := make([][]string, 1+len(results))
	for _, c := range reported {
		lines[0] = append(lines[0], c.title)
		for i, res := range results {
			lines[1+i] = append(lines[1+i], c.cell(res, first))
		}
	}
	b.printf("%s", markdown(lines))
	b.judge(r, db, results)
}

// judge notes a verdict for each ratio that is wanted, or one for the slowest.
func (b *bench) judge(r race, db database, results []result) {
	memory, _ := humanize.ParseBytes(b.memory)
	sluice := results[0]
	var against []result
	for _, res := range results[1:] {
		switch {
		case res.wanted == 0:
		case !r.slowest || len(against) == 0:
			against = append(against, res)
		case res.speed() < against[0].speed():
			against[0] = res
		}
	}
	for _, other := range against {
		name := other.loader.name
		if other.loader.name == sluice.loader.name {
			name += ", " + other.format
		}
		b.verdicts = append(b.verdicts, verdict{r.title, name, limit(sluice), other.wanted, sluice.speed() / other.speed(), sluice.peak(), int64(memory>>20) + int64(db.beyond())})
	}
}

// summarize prints the verdicts.
func (b *bench) summarize() {
	lines := [][]string{{"work", "beside", "wanted", "measured", "", "what limits Sluice", "peak MiB", "limit", ""}}
	for _, v := range b.verdicts {
		lines = append(lines, []string{v.title, v.against, fmt.Sprintf("%.2f ×", v.wanted), fmt.Sprintf("%.2f ×", v.measured), met(v.measured >= v.wanted),
			v.limit, fmt.Sprint(v.rss), fmt.Sprint(v.rssLimit), met(v.rss <= v.rssLimit)})
	}
	if len(b.verdicts) > 0 {
		b.printf("\n### Summary\n\n%s", markdown(lines))
	}
}

func met(ok bool) string {
	if ok {
		return "met"
	}
	return "**missed**"
}

// limit tells what held the loads up, by what the cores did meanwhile.
func limit(r result) string {
	ours, others, disk := r.share(load.ours), r.share(others), r.share(idleForDisk)
	shares := fmt.Sprintf("%s of %d cores, others %s, disk wait %s", percent(ours), runtime.NumCPU(), percent(others), percent(disk))
	switch {
	case ours > 0.85:
		return "CPU: " + shares
	case disk > 0.15:
		return "disk: " + shares
	case others > 0.1:
		return "other work on the machine: " + shares
	default:
		return "one thread's work, or waits: " + shares
	}
}
