package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/after"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

func loadCommand(a *app) *cobra.Command {
	f := &loadFlags{}
	cmd := &cobra.Command{
		Use:   "load SOURCE...",
		Short: "Load files into a table, exactly once",
		Long: `Load the files that match into a table, which is created if there is none.
Files that are loaded already are left out, and a file that is partly loaded is
continued where it was left: run the same command again after any interruption.
A file that changed after rows of it were loaded fails; --on-change says what
else to do. Which of two contents is the newer is not asked: what is there now
is loaded.

SOURCE is a file, a directory (with all below it, except names that start with
. or _) or a pattern: * ? [a-z] within a name, ** for any directories, {a,b}
for either, \ to take the next character as it is. Put a pattern in quotes:
expanded by the shell, it is many sources, and the table's name is then only
clear with --table.

s3://BUCKET/PATTERN is the same in S3 and in stores like it: s3://b/p is the
object p if there is one, else all below p/. Credentials come from where AWS's
own tools take them.

  sluice load ./data
  sluice load './data/*.csv' --to duckdb:my.duckdb
  sluice load './logs/**/*.csv.gz' --to duckdb:logs.duckdb --table logs
  sluice load export.csv --delimiter ';' --null NA --column zip=text
  sluice load dump.txt --format csv --delimiter tab --quote none --escape '\'
  sluice load './AWSLogs/**/*.json.gz' --records-path Records --table cloudtrail
  sluice load './logs/access.log*' --format access-log --table requests
  sluice load './data/*.csv' --to postgres://me@db.example/shop --table orders
  sluice load export.csv --to stdout: | head
  sluice load 's3://bucket/prefix/**/*.csv.gz' --dry-run
  sluice load s3://bucket/prefix/ --endpoint http://localhost:9000
  sluice load s3://bucket/prefix/ --to postgres://me@db.example/shop --follow

How CSV files are written is what flags and extensions say; with --dialect auto,
what they leave open is detected in each file. --dry-run tells if a file looks as
if it were to be read with other flags.

Compression (gzip, zstd, bzip2, lz4, snappy, xz) is found by the content,
whatever the name. Types are inferred from the first records of up to ten
files; a later value that does not fit is a bad row, never a changed value.
A file that brings more columns gives them to the table; --on-new-column says
what else to do. --schema names the columns beforehand. With --on-type-conflict
widen, a column whose type does not hold what a file has gets one that does: a
longer decimal, or text.
What is loaded, and what went wrong, is in the target, in Sluice's ledger: see
'sluice files'.

--select, --exclude and --rename say which columns of the files are loaded, and
under which names.

  sluice load './in/*.csv' --select id,zip,region --rename region=area

--after says what becomes of a file once all its rows are committed: it stays
(keep), is deleted, is moved (move=done/: into that folder of the bucket, or of
this machine, with its path below the source's folder), or gets a tag in S3
(tag=state:loaded). Files that earlier runs have loaded are included; files
that failed are not touched.

  sluice load s3://bucket/in/ --to postgres://me@db.example/shop --after move=done/

With --follow it does not end: what arrives later is loaded as well, exactly
once, until a signal stops it. Files that fail are tried again and in the end
parked, and never hold up the others. New files are found by listing again and
again, or with --sqs as soon as a queue tells of them.

  sluice load s3://bucket/in/ --to postgres://me@db.example/shop --follow \
    --sqs https://sqs.eu-west-1.amazonaws.com/123456789012/arrivals

` + exitHelp,
		Args: someSource,
		RunE: func(cmd *cobra.Command, args []string) error { return a.load(cmd.Context(), f, args) },
	}
	f.bind(cmd, a.Width)
	a.completeLoad(cmd)
	f.completeValues(a, cmd)
	return cmd
}

func (a *app) load(ctx context.Context, f *loadFlags, args []string) (err error) {
	if err := f.complete(); err != nil {
		return err
	}
	if err := a.checkFormat(&f.readFlags); err != nil {
		return err
	}
	src, err := a.openSource(ctx, f, args)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	if err := after.Check(f.after, src.places); err != nil {
		return usage(fmt.Errorf("--after %s: %w", f.after, err))
	}
	if !f.follow.on { // else something may come
		if err := a.checkSource(ctx, src); err != nil {
			return err
		}
	}
	limitMemory(int64(f.memory))
	if f.dryRun {
		return a.dryRun(ctx, f, src)
	}
	var from *arrivals
	if f.follow.on {
		if from, err = a.openArrivals(ctx, f, src); err != nil {
			return err
		}
	}
	t, err := a.registry.OpenTarget(ctx, f.to, connector.TargetOptions{Buffer: int64(f.memory) / 2, Out: a.Out})
	if err != nil {
		return openError(err)
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	if f.follow.on {
		return a.runFollow(ctx, f, src, from, t)
	}
	return a.runLoad(ctx, f, src, t)
}

// runLoad loads and shows how it goes.
func (a *app) runLoad(ctx context.Context, f *loadFlags, src *opened, t target.Target) error {
	var d display
	cfg := a.transferConfig(f, src, t)
	failures := &failureLines{ledger: t.Ledger() != nil}
	cfg.Committed = func(p ledger.Progress) { d.Committed(p) }
	cfg.FileEnded = func(o transfer.Outcome) { failures.say(d, o) }
	undone := &afterLines{done: f.after.Done()}
	var then afterwards
	then, cfg.Source = actAfter(ctx, f, src, cfg.Source, func(id abstract.ObjectID, err error) { undone.say(d, id, err) })
	loader, err := transfer.New(cfg)
	if err != nil {
		return err
	}
	g := gauge{stats: loader.Stats, limits: cfg.Limits}
	if a.Live {
		d = newLive(a, g)
	} else {
		d = newPlain(a, g)
	}
	if t.Ledger() == nil {
		d.Say("%s %s", connector.Shown(f.to), t.Promise())
	}
	confirmed := make(chan struct{})
	unwatch := context.AfterFunc(ctx, func() {
		defer close(confirmed)
		d.Say("interrupted: committing what was read; once more ends at once, which is as safe")
	})
	result, loadErr := loader.Load(ctx)
	then.close()
	if !unwatch() {
		<-confirmed
	}
	d.Close()
	if result.Created != "" && !f.json {
		fmt.Fprintf(a.Err, "created table %q\n", f.table)
	}
	return a.report(f, t.Ledger() != nil, result, then, src.cost(), loadErr)
}

// transferConfig is what load and its dry run have in common.
func (a *app) transferConfig(f *loadFlags, src source.Source, t target.Target) transfer.Config {
	return transfer.Config{
		Source:   src,
		Target:   t,
		Format:   func(key string) (reader.Format, error) { return f.shape.of(a.registry.Format(f.format, key)) },
		Hints:    f.hints,
		Columns:  f.schema,
		Exact:    f.schemaFile != "",
		Table:    f.table,
		Pipeline: f.pipeline,
		NoFileID: f.noFileID,
		Limits:   f.limit.limits(int64(f.memory) / 2),
		Workers:  f.workers,
		OnBadRow: f.bad,
		OnChange: f.change,

		OnNewColumn:    f.news,
		OnTypeConflict: f.conflicts,
		MaxBadRows:     f.maxBadRows,
	}
}

// overhead is what the Go heap may hold besides the rows that --memory bounds,
// before the garbage collector works harder. Twice as much costs 15 MiB of
// memory when four large files are loaded at once, and gains no time.
const overhead = 24 << 20

// limitMemory makes the garbage collector work harder before the heap grows
// past the budget, unless the user has set GOMEMLIMIT.
func limitMemory(memory int64) {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory + overhead)
	}
}
