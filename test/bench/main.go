// Command bench loads the same rows with Sluice and with the databases' own
// loaders, several times in turns, and prints medians and ratios as Markdown.
// Each load is a process of its own, from start to exit, into an emptied table
// of a given definition.
//
//	SLUICE=bin/sluice go run ./bench [-rows N] [-rounds N] [-memory SIZE] [-o FILE] [subject…]
//
// -h lists the subjects. docs/benchmarks.md says what is compared and how.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
)

// subject is what can be measured by itself.
type subject struct {
	name, what string
	onRequest  bool // not part of a run that names no subject
	run        func(context.Context, *bench) error
}

// subjects lists all that there is, in the order in which it is run.
func subjects() []subject {
	var list []subject
	for _, r := range races {
		list = append(list, subject{r.name, r.title, r.onRequest, func(ctx context.Context, b *bench) error { return b.run(ctx, r) }})
	}
	return append(list,
		subject{"real", "real files repeated to size → DuckDB file and PostgreSQL", false, runReal},
		subject{"small", "objects of 1 KiB from S3 → PostgreSQL, beside fetching them only", false, runSmall},
	)
}

// children are what the processes do that the benchmark starts of itself.
var children = map[string]func(ctx context.Context, args []string) error{
	"child-duckdb": duckdbChild,
	"child-gunzip": gunzipChild,
	"child-s3":     storeChild,

	"child-small-store": smallStore,
	"child-small-get":   getSmall,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:])
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) > 0 {
		if child := children[args[0]]; child != nil {
			return child(ctx, args[1:])
		}
	}
	b := &bench{}
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.Int64Var(&b.rows, "rows", 4_000_000, "`rows` of the generated table")
	flags.IntVar(&b.rounds, "rounds", 5, "`rounds` that count, after one that warms up and compares the tables")
	flags.StringVar(&b.memory, "memory", "256MiB", "`size` that Sluice gets as --memory")
	flags.IntVar(&b.objects, "objects", 10_000, "`objects` of the subject small")
	out := flags.String("o", "", "`file` that gets the tables, too")
	flags.Usage = func() { usage(flags) }
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(flags.Args())
	if err != nil {
		return err
	}
	if err := b.open(*out); err != nil {
		return err
	}
	defer func() {
		b.summarize() // of what there is
		err = errors.Join(err, b.close())
	}()
	for _, s := range chosen {
		if err := s.run(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	return nil
}

func usage(flags *flag.FlagSet) {
	fmt.Fprint(flags.Output(), "SLUICE=bin/sluice bench [flags] [subject…]\n\n")
	flags.PrintDefaults()
	fmt.Fprint(flags.Output(), "\nsubjects (without any: all but those on request):\n\n")
	for _, s := range subjects() {
		if s.onRequest {
			s.what += " (on request)"
		}
		fmt.Fprintf(flags.Output(), "  %-18s %s\n", s.name, s.what)
	}
}

// choose finds the subjects of those names, or those of a full run.
func choose(names []string) ([]subject, error) {
	list := subjects()
	for _, name := range names {
		if !slices.ContainsFunc(list, func(s subject) bool { return s.name == name }) {
			return nil, fmt.Errorf("no subject %q: -h lists them", name)
		}
	}
	return slices.DeleteFunc(list, func(s subject) bool {
		if len(names) == 0 {
			return s.onRequest
		}
		return !slices.Contains(names, s.name)
	}), nil
}
