package stdout

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/target"
)

// printer is the target. All of its sessions share the writer.
type printer struct {
	mu     sync.Mutex // guards what is below
	w      io.Writer
	failed error // the first write error: a line may have been cut there
}

// New returns a target that prints rows to w, which it never closes. Nothing
// is written outside of a session's Push and Flush. After a write error
// nothing more is written.
func New(w io.Writer) target.Target { return &printer{w: w} }

// write writes whole lines. It blocks as long as the writer does.
func (p *printer) write(lines []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.failed != nil || len(lines) == 0 {
		return p.failed
	}
	n, err := p.w.Write(lines)
	if err == nil && n < len(lines) {
		err = io.ErrShortWrite
	}
	if err != nil {
		p.failed = abstract.WithClass(abstract.Permanent, fmt.Errorf("print rows: %w", err))
	}
	return p.failed
}

// Promise implements [target.Target].
func (p *printer) Promise() string { return "no ledger: every load prints every row" }

// Ledger implements [target.Target]: there is none.
func (p *printer) Ledger() *ledger.Store { return nil }

// Describe implements [target.Target]: there are no tables.
func (p *printer) Describe(context.Context, string) (*target.Table, error) { return nil, nil }

// CreateSQL implements [target.Target].
func (p *printer) CreateSQL(string, target.Table) string { return "" }

// Create implements [target.Target].
func (p *printer) Create(context.Context, string, target.Table) error { return nil }

// AddColumnsSQL implements [target.Target].
func (p *printer) AddColumnsSQL(string, abstract.Schema) string { return "" }

// AddColumns implements [target.Target]: each row is printed with the columns that it has.
func (p *printer) AddColumns(context.Context, string, abstract.Schema) error { return nil }

// WidenColumnsSQL implements [target.Target].
func (p *printer) WidenColumnsSQL(string, []target.Widening) string { return "" }

// WidenColumns implements [target.Target]: each row is printed with the types that it has.
func (p *printer) WidenColumns(context.Context, string, []target.Widening) error { return nil }

// Verify implements [target.Target].
func (p *printer) Verify(context.Context, string, string) error { return nil }

// Session implements [target.Target].
func (p *printer) Session(ctx context.Context, cfg target.SessionConfig) (target.Session, error) {
	return &session{ctx: ctx, out: p, committed: cfg.Committed, index: map[abstract.ObjectID]int{}}, nil
}

// Forget implements [target.Target].
func (p *printer) Forget(context.Context, string, ...ledger.Entry) (int64, error) {
	return 0, errors.New("rows that were printed cannot be forgotten")
}

// Close implements [target.Target].
func (p *printer) Close() error { return nil }
