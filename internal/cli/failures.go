package cli

import (
	"sync/atomic"

	"github.com/seed-ede61cd5/sluice/transfer"
)

// failureLines tells of files that failed, when they do. Where a ledger keeps
// them all, the first few are told: ten thousand bad files are not to bury
// the log.
type failureLines struct {
	ledger bool
	said   atomic.Int64
}

// mostFailures is how many failed files are told one by one.
const mostFailures = 20

func (f *failureLines) say(d display, o transfer.Outcome) {
	if o.Err == nil {
		return
	}
	n := f.said.Add(1)
	if n <= mostFailures || !f.ledger {
		d.Say("failed: %s: %s", o.Object, oneLine(o.Reason()))
	} else if n == mostFailures+1 {
		d.Say("failed: more files, which are counted at the end")
	}
}
