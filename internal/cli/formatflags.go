package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/seed-ede61cd5/sluice/reader"
)

// formatFlags say how files of some formats are written, which are asked for by
// name.
type formatFlags struct {
	access              string
	descriptor, message string
}

// mostDescriptor is the most bytes that a descriptor may have.
const mostDescriptor = 64 << 20

func (f *formatFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.access, "access-format", "", "`format` of an access log: combined, common, a log_format of nginx or a LogFormat of Apache (default: combined)")
	flags.StringVar(&f.descriptor, "proto-descriptor", "", "`file` that says what the messages of protobuf files are, written by protoc --include_imports --descriptor_set_out")
	flags.StringVar(&f.message, "proto-message", "", "`name` of the message that protobuf files are made of, with its package")
	values(cmd, "proto-message", cobra.NoFileCompletions)
	values(cmd, "access-format", cobra.FixedCompletions([]string{"combined", "common"}, cobra.ShellCompDirectiveNoFileComp))
}

// complete sets what the flags say, and refuses those that would have no effect
// on files of that format.
func (f *formatFlags) complete(format string, hints *reader.Hints) error {
	if f.access != "" && format != "access-log" {
		return errors.New("--access-format goes with --format access-log")
	}
	hints.AccessFormat, hints.ProtoMessage = f.access, f.message
	switch given := f.descriptor != "" || f.message != ""; {
	case given && format != "protobuf":
		return errors.New("--proto-descriptor and --proto-message go with --format protobuf")
	case format == "protobuf" && (f.descriptor == "" || f.message == ""):
		return errors.New("--format protobuf needs --proto-descriptor FILE and --proto-message NAME")
	case !given:
		return nil
	}
	var err error
	if hints.ProtoDescriptor, err = readSmall(f.descriptor, mostDescriptor, "a descriptor"); err != nil {
		return fmt.Errorf("--proto-descriptor: %w", err)
	}
	return nil
}

// checkFormat refuses a format that is not known, and what is said of its files
// if it cannot be.
func (a *app) checkFormat(f *readFlags) error {
	if f.format == autoFormat {
		return nil
	}
	format, err := a.registry.Format(f.format, "")
	if err != nil {
		return err
	}
	if c, ok := format.(reader.HintsChecker); ok {
		if err := c.CheckHints(f.hints); err != nil {
			return usage(fmt.Errorf("--format %s: %w", f.format, err))
		}
	}
	return nil
}
