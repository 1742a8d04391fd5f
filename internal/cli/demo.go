package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/internal/s3folder"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// demo generates files, kills a load half way, runs it again and compares the
// table with what was generated.
type demo struct {
	*app
	rows int64
	keep bool
	s3   bool
	dir  string

	endpoint string // of the server that stands for S3, "" for local files
}

func demoCommand(a *app) *cobra.Command {
	d := &demo{app: a}
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "See it: load a million rows, kill -9 half way, resume, compare",
		Long: `In a temporary folder, write a million rows as CSV, JSON lines (both also in
gzip) and Parquet, load them into a DuckDB file, kill the loader with SIGKILL
once it has committed part of a file, run the same command again, and compare
the table with what was written.

With --s3 the files are loaded by the S3 protocol, from a small server that the
demo runs on this machine for as long as it takes.`,
		Args:              noArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(cmd *cobra.Command, _ []string) error { return d.run(cmd.Context()) },
	}
	cmd.Flags().Int64Var(&d.rows, "rows", 1_000_000, "`number` of rows to write")
	cmd.Flags().BoolVar(&d.s3, "s3", false, "load from a bucket: the demo serves its folder by S3, on this machine only")
	cmd.Flags().BoolVar(&d.keep, "keep", false, "keep the folder with the files and the database")
	return cmd
}

// maxDemoRows bounds how far the demo grows when the loader is too quick to be
// killed half way.
const maxDemoRows = 16_000_000

func (d *demo) run(ctx context.Context) (err error) {
	if d.rows < 1000 {
		return usage(fmt.Errorf("--rows %d: give at least 1000", d.rows))
	}
	if d.dir, err = os.MkdirTemp("", "sluice-demo-"); err != nil {
		return fmt.Errorf("make the demo's folder: %w", err)
	}
	defer func() {
		if d.keep {
			fmt.Fprintf(d.Out, "\nkept: %s\n", d.dir)
		} else {
			err = errors.Join(err, os.RemoveAll(d.dir))
		}
	}()
	if d.s3 {
		server, err := s3folder.Start(d.dir)
		if err != nil {
			return fmt.Errorf("serve the demo's folder: %w", err)
		}
		defer func() { err = errors.Join(err, server.Close()) }()
		d.endpoint = server.URL
	}
	for {
		fmt.Fprintf(d.Out, "writing %s rows into %d files below %s\n", count(d.rows), len(demoShares)+1, d.dir)
		files, err := writeDemo(d.dir, d.rows)
		if err != nil {
			return err
		}
		killed, err := d.loadAndKill(ctx)
		if err != nil {
			return err
		}
		if !killed && d.rows*2 <= maxDemoRows {
			fmt.Fprintln(d.Out, "the load was too quick to be killed half way: once more, with more rows")
			d.rows *= 2
			if err := os.Remove(d.database()); err != nil {
				return fmt.Errorf("start over: %w", err)
			}
			continue
		}
		if !killed {
			fmt.Fprintln(d.Out, "the load was too quick to be killed half way, with as many rows as the demo writes")
		}
		if err := d.loadAgain(ctx); err != nil {
			return err
		}
		return d.compare(ctx, files)
	}
}

func (d *demo) database() string { return filepath.Join(d.dir, "demo.duckdb") }

// loader is the command that the demo runs, as a user would type it.
func (d *demo) loader(ctx context.Context) (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	pattern, options := d.dir+"/orders-*", []string{"--to", "duckdb:" + d.database(), "--table", "orders", "--memory", "16MiB"}
	if d.s3 {
		pattern, options = "s3://demo/orders-*", append(options, "--endpoint", d.endpoint, "--path-style")
	}
	fmt.Fprintf(d.Out, "\n$ sluice load '%s' %s\n", pattern, strings.Join(options, " "))
	cmd := exec.CommandContext(ctx, self, append([]string{"load", pattern}, options...)...)
	if d.s3 { // the server asks nobody who they are, but the client signs
		cmd.Env = append(os.Environ(), "AWS_ACCESS_KEY_ID=demo", "AWS_SECRET_ACCESS_KEY=demo", "AWS_SESSION_TOKEN=", "AWS_PROFILE=", "AWS_REGION=us-east-1")
	}
	return cmd, nil
}

// loadAndKill starts a load and kills it when it reports that part of a file
// is committed. killed is false if it ended before.
func (d *demo) loadAndKill(ctx context.Context) (killed bool, err error) {
	cmd, err := d.loader(ctx)
	if err != nil {
		return false, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return false, fmt.Errorf("start the loader: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return false, fmt.Errorf("start the loader: %w", err)
	}
	lines := bufio.NewScanner(stderr)
	for lines.Scan() {
		fmt.Fprintf(d.Out, "  %s\n", lines.Text())
		if strings.HasPrefix(lines.Text(), partCommitted) && !killed {
			killed = cmd.Process.Kill() == nil
		}
	}
	waitErr := cmd.Wait()
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if killed && cmd.ProcessState.ExitCode() == -1 {
		fmt.Fprintln(d.Out, "  kill -9: the loader is dead, part of a file is in the table")
		return true, nil
	}
	if waitErr != nil {
		return false, fmt.Errorf("the loader failed: %w", waitErr)
	}
	return false, nil
}

// loadAgain runs the same command to its end.
func (d *demo) loadAgain(ctx context.Context) error {
	cmd, err := d.loader(ctx)
	if err != nil {
		return err
	}
	indented := &indenter{w: d.Out, start: true}
	cmd.Stderr = indented
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("the second load failed: %w", err)
	}
	return nil
}

// compare reads the table and shows it beside what was generated.
func (d *demo) compare(ctx context.Context, files []demoFile) (err error) {
	t, err := d.registry.OpenTarget(ctx, "duckdb:"+d.database(), connector.TargetOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	present, err := demoPresent(ctx, t)
	if err != nil {
		return err
	}
	fmt.Fprintln(d.Out)
	out := d.table("FILE", "ROWS EXPECTED", "ROWS PRESENT", "LOST", "DOUBLED")
	var expected, rows, lost, doubled, wrong int64
	for _, f := range files {
		p := present[f.name]
		fileLost, fileDoubled := f.rows-p.distinct, p.rows-p.distinct
		if p.distinct == f.rows && fileDoubled == 0 && p.cents != f.cents {
			wrong++
		}
		out.row(f.name, count(f.rows), count(p.rows), count(fileLost), count(fileDoubled))
		expected, rows, lost, doubled = expected+f.rows, rows+p.rows, lost+fileLost, doubled+fileDoubled
	}
	for name, p := range present {
		if !slices.ContainsFunc(files, func(f demoFile) bool { return f.name == name }) {
			return fmt.Errorf("the table has %s of no file that was written", plural(p.rows, "row"))
		}
	}
	out.row(fmt.Sprintf("%d files", len(files)), count(expected), count(rows), count(lost), count(doubled))
	if err := out.flush(); err != nil {
		return err
	}
	fmt.Fprintf(d.Out, "\nlost %d, doubled %d\n", lost, doubled)
	if lost != 0 || doubled != 0 || wrong != 0 {
		return fmt.Errorf("the table differs from what was written: %d lost, %d doubled, %d files with other values", lost, doubled, wrong)
	}
	return nil
}

// demoRows is what the table holds of a file.
type demoRows struct{ rows, distinct, cents int64 }

// demoPresent counts what the table holds, by the names of the files.
func demoPresent(ctx context.Context, t target.Target) (map[string]demoRows, error) {
	names := map[int64]string{}
	err := t.Ledger().List(ctx, ledger.Filter{}, func(e ledger.Entry) error {
		names[e.ID] = filepath.Base(e.Object.Key)
		return nil
	})
	if err != nil {
		return nil, err
	}
	db, ok := t.(ledger.DB)
	if !ok {
		return nil, errors.New("the demo's target takes no queries")
	}
	present := map[string]demoRows{}
	err = db.View(ctx, func(tx ledger.Tx) error {
		rows, err := tx.Query(ctx, `SELECT _sluice_file, count(*), count(DISTINCT order_id), sum(cents)::bigint FROM orders GROUP BY 1`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id int64
			var p demoRows
			if err := rows.Scan(&id, &p.rows, &p.distinct, &p.cents); err != nil {
				return err
			}
			present[names[id]] = p
		}
		return rows.Err()
	})
	return present, err
}

// indenter sets what a command prints off from what the demo says.
type indenter struct {
	w     io.Writer
	start bool // at the start of a line
}

func (i *indenter) Write(p []byte) (int, error) {
	for _, line := range strings.SplitAfter(string(p), "\n") {
		if line == "" {
			continue
		}
		if i.start {
			line = "  " + line
		}
		i.start = strings.HasSuffix(line, "\n")
		if _, err := io.WriteString(i.w, line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
