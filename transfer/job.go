package transfer

import (
	"context"

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
	// sample is what the file's beginning tells, once it was looked at.
	sample *reader.Sample
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
