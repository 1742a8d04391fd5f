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
	// Width is how many characters fit into a line of Out, 0 if it is no terminal.
	Width int
}

// Standard is the process's own streams.
func Standard() Streams {
	live := term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb"
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		width = 0
	}
	return Streams{Out: os.Stdout, Err: os.Stderr, Live: live, Width: width}
}
