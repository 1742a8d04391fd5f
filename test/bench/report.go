package main

import (
	"fmt"
	"runtime"
	"strings"
	"unicode/utf8"

	"github.com/dustin/go-humanize"
)

// verdict is a wanted ratio beside the measured one.
type verdict struct {
	title, against, limit string
	wanted, measured      float64
	rss, rssLimit         int64 // MiB
}

// speed is rows a second, as the median load has it.
func (r result) speed() float64 {
	return float64(r.in.rows) / median(r.loads, func(l load) float64 { return l.wall })
}

// cpuPerRow is the CPU time of all processes, which other work on the machine
// distorts less than it does the speed.
func (r result) cpuPerRow() float64 { return median(r.loads, load.ours) / float64(r.in.rows) }

// report prints a race, and notes how Sluice compares.
func (b *bench) report(r race, db database, results []result) {
	first := results[0]
	b.printf("\n### %s\n\n%s rows of %d columns, %d rounds, load average %s.\n\n", r.title, humanize.Comma(first.in.rows), len(first.in.columns), b.rounds, loadAverage())
	lines := [][]string{{"", "file", "wall, s", "fastest–slowest", "rows/s", "MB/s", "Sluice's speed / its", "its CPU / Sluice's", "CPU s client", "server", "store", "of the cores", "others", "disk wait", "peak MiB"}}
	for _, res := range results {
		of := func(f func(load) float64) float64 { return median(res.loads, f) }
		wall := of(func(l load) float64 { return l.wall })
		name := res.loader.name + map[place]string{s3: ", from S3", folder: ", 64 files"}[res.from]
		fastest, slowest := extremes(res.loads)
		lines = append(lines, []string{
			name, fmt.Sprintf("%s, %s", res.format, humanize.Bytes(uint64(res.in.bytes))), fmt.Sprintf("%.2f", wall), fmt.Sprintf("%.2f–%.2f", fastest, slowest),
			humanize.Comma(int64(res.speed())), fmt.Sprintf("%.0f", float64(res.in.bytes)/wall/1e6), fmt.Sprintf("%.2f", first.speed()/res.speed()),
			fmt.Sprintf("%.2f", res.cpuPerRow()/first.cpuPerRow()),
			fmt.Sprintf("%.2f", of(func(l load) float64 { return l.client })), fmt.Sprintf("%.2f", of(func(l load) float64 { return l.database })),
			fmt.Sprintf("%.2f", of(func(l load) float64 { return l.store })), percent(of(func(l load) float64 { return l.share(l.ours()) })),
			percent(of(func(l load) float64 { return l.share(l.others) })), percent(of(func(l load) float64 { return l.share(l.idleForDisk) })),
			fmt.Sprint(res.peak()),
		})
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
		b.verdicts = append(b.verdicts, verdict{r.title, name, limit(sluice.loads), other.wanted, sluice.speed() / other.speed(), sluice.peak(), int64(memory>>20) + int64(db.beyond())})
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
func limit(loads []load) string {
	of := func(f func(load) float64) float64 {
		return median(loads, func(l load) float64 { return l.share(f(l)) })
	}
	ours, others, disk := of(load.ours), of(func(l load) float64 { return l.others }), of(func(l load) float64 { return l.idleForDisk })
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

// peak is the median of the peaks in MiB.
func (r result) peak() int64 {
	return int64(median(r.loads, func(l load) float64 { return float64(l.rss) })) >> 20
}

func extremes(loads []load) (fastest, slowest float64) {
	fastest = loads[0].wall
	for _, l := range loads {
		fastest, slowest = min(fastest, l.wall), max(slowest, l.wall)
	}
	return fastest, slowest
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// markdown is a table that can be read as it is, too. Columns in which nothing
// but 0 stands are left out.
func markdown(lines [][]string) string {
	var text strings.Builder
	for i, line := range lines {
		text.WriteString("|")
		rule := "|"
		for c := range line {
			width, zeros := 3, true
			for j, other := range lines {
				width = max(width, utf8.RuneCountInString(other[c]))
				zeros = zeros && (j == 0 || strings.Trim(other[c], "0. %") == "")
			}
			if zeros && len(lines) > 1 {
				continue
			}
			text.WriteString(" " + line[c] + strings.Repeat(" ", width-utf8.RuneCountInString(line[c])) + " |")
			rule += strings.Repeat("-", width+2) + "|"
		}
		text.WriteString("\n")
		if i == 0 {
			text.WriteString(rule + "\n")
		}
	}
	return text.String()
}
