package cli

import (
	"io"
	"os"

	"golang.org/x/term"
)

// Streams are where a command reads and writes.
type Streams struct {
	Out, Err io.Writer
	// Live tells that Err is a terminal that can show a live display.
	Live bool
}

// Standard is the process's own streams.
func Standard() Streams {
	live := term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb"
	return Streams{Out: os.Stdout, Err: os.Stderr, Live: live}
}
