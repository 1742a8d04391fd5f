package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// report prints the table by folder, and what is wrong.
func report(w io.Writer, files []file, verdicts []verdict, whole, verbose bool) error {
	type row [kinds]int
	var tops []string
	rows, total := map[string]*row{}, row{}
	peak := int64(0)
	for i, f := range files {
		v := verdicts[i]
		if rows[f.top()] == nil {
			rows[f.top()] = &row{}
			tops = append(tops, f.top())
		}
		rows[f.top()][v.kind]++
		total[v.kind]++
		peak = max(peak, v.rss)
		if verbose || v.kind >= disagreed {
			fmt.Fprintf(w, "%s: %s: %s\n", v.kind, f.path, strings.TrimSpace(v.why))
		}
	}
	fmt.Fprintf(w, "| %-22s | %6s |", "folder", "files")
	for k := range kinds {
		fmt.Fprintf(w, " %s |", k)
	}
	fmt.Fprintln(w)
	line := func(name string, r *row) {
		files := 0
		for _, n := range r {
			files += n
		}
		fmt.Fprintf(w, "| %-22s | %6d |", name, files)
		for k, n := range r {
			fmt.Fprintf(w, " %*d |", len(kind(k).String()), n)
		}
		fmt.Fprintln(w)
	}
	for _, top := range tops {
		line(top, rows[top])
	}
	line("total", &total)
	fmt.Fprintf(w, "at most %d MiB of memory in one process, of %d\n", peak>>20, mostRSS>>20)
	reasons(w, files, verdicts)

	var errs []error
	for k := disagreed; k < kinds; k++ {
		if total[k] > 0 {
			errs = append(errs, fmt.Errorf("%d files: %s", total[k], k))
		}
	}
	if whole {
		errs = append(errs, stale(files, verdicts)...)
	}
	return errors.Join(errs...)
}

// reasons counts the refusals by what they say.
func reasons(w io.Writer, files []file, verdicts []verdict) {
	counts := map[string]int{}
	for i := range files {
		if verdicts[i].kind == rejected {
			counts[cmp.Or(reasonOf(verdicts[i].why), "all records are bad, or some")]++
		}
	}
	var names []string
	for name := range counts {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Or(counts[b]-counts[a], cmp.Compare(a, b)) })
	for _, name := range names {
		fmt.Fprintf(w, "rejected: %4d %s\n", counts[name], name)
	}
}
