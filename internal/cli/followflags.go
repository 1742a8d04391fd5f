package cli

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/seed-ede61cd5/sluice/config"
	"github.com/seed-ede61cd5/sluice/source"
	"github.com/seed-ede61cd5/sluice/source/poll"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// followFlags are the flags that go with --follow.
type followFlags struct {
	on              bool
	interval        time.Duration
	lookBack        int           // keys before the greatest one that a listing begins at; 0: all
	queue           string        // the URL of a queue of SQS
	reconcile       time.Duration // between two whole listings, where others leave something out
	minAge          time.Duration
	commitEvery     []string
	grace           time.Duration
	logFormat, http string

	own    *pflag.FlagSet // all but on
	commit transfer.FollowConfig
}

const (
	defaultMinAge    = 2 * time.Second
	defaultGrace     = 30 * time.Second
	defaultReconcile = time.Hour
	shortestPolling  = 100 * time.Millisecond
)

func (f *followFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.BoolVar(&f.on, "follow", false, "keep loading what arrives, until stopped")
	own := pflag.NewFlagSet("follow", pflag.ContinueOnError)
	own.SortFlags = false
	own.DurationVar(&f.interval, "poll-interval", poll.DefaultInterval, "`time` between two listings (local folders also tell of changes)")
	own.IntVar(&f.lookBack, "look-back", 0, "list only the end of what is in S3, for keys that grow (dates): begin that many `keys` before the last one")
	own.StringVar(&f.queue, "sqs", "", "`URL` of a queue of SQS that is told of the new objects of s3:// sources")
	own.DurationVar(&f.reconcile, "reconcile", defaultReconcile, "`time` between two whole listings with --sqs or --look-back, which find what those missed")
	own.DurationVar(&f.minAge, "min-age", defaultMinAge, "`time` for which a local file must not have changed: it may still be being written")
	own.StringArrayVar(&f.commitEvery, "commit-every", nil, "commit after at most so much: a `time`, a size or a number of rows, such as 1s, 64MiB or 1000000 (repeatable); sooner when nothing more comes")
	own.DurationVar(&f.grace, "grace", defaultGrace, "`time` that a stop may take to commit what was read")
	own.StringVar(&f.http, "http", "", "`address` such as 127.0.0.1:9090 to serve /metrics, /healthz and /readyz on")
	own.StringVar(&f.logFormat, "log-format", "text", "`format` of the lines on standard error: text or json")
	f.own = own
	flags.AddFlagSet(own)
	values(cmd, "log-format", cobra.FixedCompletions([]string{"text", "json"}, cobra.ShellCompDirectiveNoFileComp))
	for _, name := range []string{"poll-interval", "look-back", "sqs", "reconcile", "min-age", "commit-every", "grace", "http"} {
		values(cmd, name, cobra.NoFileCompletions)
	}
}

// complete checks the flags; all are load's.
func (f *followFlags) complete(all *loadFlags) error {
	var errs []error
	if !f.on {
		f.own.VisitAll(func(flag *pflag.Flag) {
			if flag.Changed {
				errs = append(errs, fmt.Errorf("--%s goes with --follow", flag.Name))
			}
		})
		return errors.Join(errs...)
	}
	if all.dryRun {
		errs = append(errs, errors.New("--dry-run shows what is there now: leave out --follow"))
	}
	if strings.HasPrefix(all.to, "stdout:") {
		errs = append(errs, errors.New("--follow needs a target that remembers what is loaded: stdout: does not"))
	}
	if f.interval < shortestPolling {
		errs = append(errs, fmt.Errorf("--poll-interval %v: at least %v", f.interval, shortestPolling))
	}
	errs = append(errs, f.checkListings())
	if f.minAge < 0 || f.grace < 0 {
		errs = append(errs, errors.New("--min-age and --grace are times from 0 on"))
	}
	if f.logFormat != "text" && f.logFormat != "json" {
		errs = append(errs, fmt.Errorf("--log-format %q: use text or json", f.logFormat))
	}
	if _, _, err := net.SplitHostPort(f.http); f.http != "" && err != nil {
		errs = append(errs, fmt.Errorf("--http %q: write an address such as 127.0.0.1:9090", f.http))
	}
	f.commit = transfer.FollowConfig{Grace: max(f.grace, 1)}
	for _, text := range f.commitEvery {
		errs = append(errs, f.setCommit(text))
	}
	return errors.Join(errs...)
}

// checkListings checks the flags that say how much is listed, and how often.
func (f *followFlags) checkListings() error {
	switch {
	case f.queue == "" && f.own.Changed("sqs"):
		return errors.New("--sqs: write the queue's URL, as in https://sqs.eu-west-1.amazonaws.com/123456789012/NAME")
	case f.own.Changed("look-back") && f.lookBack <= 0:
		return fmt.Errorf("--look-back %d: a number of keys from 1 on, such as 10000", f.lookBack)
	case f.queue != "" && f.lookBack > 0:
		return errors.New("--look-back does not go with --sqs: the queue tells what is new, and each --reconcile lists everything")
	case f.queue == "" && f.lookBack == 0 && f.own.Changed("reconcile"):
		return errors.New("--reconcile goes with --sqs or --look-back: without them, each listing is whole, and --poll-interval is the time between two")
	case f.queue != "" && f.own.Changed("poll-interval"):
		return errors.New("--poll-interval does not go with --sqs: the queue tells what is new, and --reconcile is the time between two listings")
	case f.reconcile < shortestPolling:
		return fmt.Errorf("--reconcile %v: at least %v", f.reconcile, shortestPolling)
	}
	return nil
}

// checkSources refuses what has no effect on any of the sources.
func (f *followFlags) checkSources(places []source.Place) error {
	isStore := func(p source.Place) bool { return p.Location.Scheme != "file" }
	if f.lookBack > 0 && !slices.ContainsFunc(places, isStore) {
		return usage(errors.New("--look-back goes with s3:// sources: local folders are always listed whole"))
	}
	return nil
}

// setCommit reads one value of --commit-every.
func (f *followFlags) setCommit(text string) error {
	if rows, err := strconv.ParseInt(text, 10, 64); err == nil && rows > 0 {
		f.commit.CommitRows = rows
		return nil
	}
	if d, err := time.ParseDuration(text); err == nil && d > 0 {
		f.commit.CommitAfter = d
		return nil
	}
	var size config.Bytes
	if err := size.Set(text); err == nil && size > 0 {
		f.commit.CommitBytes = int64(size)
		return nil
	}
	return fmt.Errorf("--commit-every %q: write a time, a size or a number of rows, such as 1s, 64MiB or 1000000", text)
}
