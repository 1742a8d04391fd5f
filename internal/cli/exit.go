package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// The exit codes, as the help documents them.
const (
	exitOK          = 0   // everything that matched is loaded
	exitFailed      = 1   // the load failed
	exitUsage       = 2   // wrong flags or configuration, or nothing matched
	exitFiles       = 3   // finished, but some files failed or are parked, or --after failed
	exitInterrupted = 130 // stopped by a signal
)

const exitHelp = `Exit codes: 0 all loaded, 1 failed, 2 usage or nothing matched (not with
--follow), 3 finished but some files failed or are parked, or are
loaded and --after could not be done with them, 130 interrupted.`

// codedError is an error that decides the exit code. An empty text prints
// nothing: the command has said it all.
type codedError struct {
	code int
	err  error
}

func (e *codedError) Error() string { return e.err.Error() }
func (e *codedError) Unwrap() error { return e.err }

// usage marks an error that the user mends by other flags.
func usage(err error) error {
	if err == nil {
		return nil
	}
	return &codedError{exitUsage, err}
}

// errSaid ends a command whose output already says what is wrong.
var errSaid = errors.New("")

// exitCode is the one place that turns an error into an exit code.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if coded, ok := errors.AsType[*codedError](err); ok {
		return coded.code
	}
	if _, ok := errors.AsType[*connector.UnknownError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*connector.AddressError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*target.QuarantineError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*ledger.BindError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*transfer.ConfigError](err); ok {
		return exitUsage
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	return exitFailed
}

// openError marks what a user mends by another --to: a file or a folder that
// is not there.
func openError(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return usage(err)
	}
	return err
}

// printError tells why a command failed. Lines after the first are indented,
// so that a name with a line break in it cannot look like a message of ours.
func printError(w io.Writer, err error) {
	text := err.Error()
	if _, ok := errors.AsType[*target.QuarantineError](err); ok {
		text = "--on-bad-row quarantine: " + text
	}
	if errors.Is(err, context.Canceled) && exitCode(err) == exitInterrupted {
		text = "interrupted"
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = oneLine(line)
	}
	fmt.Fprintf(w, "sluice: %s\n", strings.Join(lines, "\n  "))
}
