package ledger

import (
	"encoding/json"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// State is what the ledger says of an object.
type State string

const (
	Pending State = "pending" // registered, and perhaps partly loaded
	Done    State = "done"    // loaded to its verified end
	Failed  State = "failed"  // the last attempt failed; the next run tries again
	Parked  State = "parked"  // failed MaxAttempts times; left alone until forgotten or replayed
	Replay  State = "replay"  // the next load of the object replaces its rows; see [Store.Replay]
)

// MaxAttempts is how many failed attempts park an object.
const MaxAttempts = 5

// Entry is the ledger's row for one object.
type Entry struct {
	ID       int64
	Pipeline string
	Object   abstract.ObjectID
	Version  string // the store's version id, if any
	Size     int64  // stored bytes

	// Offset is where reading goes on. Everything before it is in the table
	// or counted as rejected: records before Offset = Rows + Rejected.
	Offset         int64
	Rows, Rejected int64
	Bytes          int64

	State    State
	Reason   string // why it failed, or why its first record was rejected
	Attempts int    // failed attempts so far

	// Schema and Dialect are how the object was begun, and so how it must be
	// resumed, but for columns that the table got since. They are recorded with its
	// first rows.
	Schema  abstract.Schema
	Dialect json.RawMessage

	FirstSeen, Updated time.Time
}

// Started tells that some of the object is committed, so that its dialect and
// columns are fixed.
func (e Entry) Started() bool { return e.Offset > 0 || e.State == Done }

// Closed tells that a run has nothing to do for the object.
func (e Entry) Closed() bool { return e.State == Done || e.State == Parked }

// Candidate is an object to be registered.
type Candidate struct {
	Object  abstract.ObjectID
	Version string
	Size    int64
}
