package transfer

import (
	"context"
	"sync/atomic"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
	"github.com/seed-ede61cd5/sluice/reader"
)

// job is a file to be loaded.
type job struct {
	file   reader.File
	id     abstract.ObjectID
	format reader.Format
	// entry is where the ledger says the file stands. Without a ledger it
	// stays zero.
	entry ledger.Entry
	// replaces are the entries whose rows go when the file is loaded, which
	// then is done in one transaction.
	replaces []int64
	// whole is the file's bucket while it is kept, nil while it is not.
	whole *wholeBucket
	// sample is what the file's beginning tells, once it was looked at.
	sample *reader.Sample
	// ungrown is why columns of the file cannot be added to the table, nil as far
	// as is known.
	ungrown error
	// bare tells that the file has no record to say what its columns are: the table
	// gets none of them.
	bare bool
	// takeovers is how often the file was taken over where it stood still.
	takeovers int
	// course is what following remembers between attempts at the file.
	course course
	// fetched is how many of its bytes the statistics have.
	fetched atomic.Int64
}

// forgetContents drops what is not needed any more of a file that was read:
// many wait for one flush, and what is known of a wide file is not small. If
// the file must be read again, its entry comes from the ledger.
func (j *job) forgetContents() {
	j.sample, j.entry.Schema, j.entry.Dialect = nil, nil, nil
}

// inspect samples the file, unless that was done.
func (j *job) inspect(ctx context.Context, hints reader.Hints) (*reader.Sample, error) {
	if j.sample == nil {
		sample, err := j.format.Sample(ctx, j.file, hints)
		if err != nil {
			return nil, err
		}
		j.sample = &sample
	}
	return j.sample, nil
}
