package cli

import (
	"fmt"
	"io"
	"log/slog"
	"sync"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/transfer"
)

// newLogger returns a logger of lines for machines, in the given format.
func newLogger(w io.Writer, format string) *slog.Logger {
	options := &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if id, ok := a.Value.Any().(fmt.Stringer); ok && a.Value.Kind() == slog.KindAny {
			a.Value = slog.StringValue(id.String()) // a file is its name
		}
		return a
	}}
	if format == "json" {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// logged is the display of a load that goes on and on: one line per file.
type logged struct {
	logger *slog.Logger

	mu   sync.Mutex
	rows map[abstract.ObjectID]int64 // committed, of the files under way
}

func newLogged(logger *slog.Logger) *logged {
	return &logged{logger: logger, rows: map[abstract.ObjectID]int64{}}
}

func (l *logged) Committed(p ledger.Progress) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows[p.Object] += p.Rows
}

// Ended logs what became of a file.
func (l *logged) Ended(o transfer.Outcome) {
	l.mu.Lock()
	rows := l.rows[o.Object]
	delete(l.rows, o.Object)
	l.mu.Unlock()
	if o.Err == nil {
		l.logger.Info("loaded", "file", o.Object, "rows", rows)
		return
	}
	l.logger.Error("failed", "file", o.Object, "rows", rows, "parked", o.Parked, "class", abstract.ClassOf(o.Err).String(), "error", o.Reason())
}

func (l *logged) Say(format string, args ...any) { l.logger.Info(fmt.Sprintf(format, args...)) }

func (l *logged) Close() {}
