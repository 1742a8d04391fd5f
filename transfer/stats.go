package transfer

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/ledger"
)

// Stats counts what a load has done so far. It may be read at any time.
type Stats struct {
	FilesFound, FilesLoaded, FilesSkipped, FilesFailed int64 // found includes loaded and failed
	RowsLoaded, RowsRejected                           int64 // committed
	BytesFound                                         int64 // stored bytes of the files to be read
	BytesRead                                          int64 // stored bytes fetched; a file's size once it is read
	Elapsed                                            time.Duration
}

// stats is the live form of [Stats].
type stats struct {
	begun                                              atomic.Pointer[time.Time] // nil before
	filesFound, filesLoaded, filesSkipped, filesFailed atomic.Int64
	rowsLoaded, rowsRejected, bytesFound, bytesRead    atomic.Int64

	failures [abstract.FileOnly + 1]atomic.Int64 // by class

	mu    sync.Mutex
	named []Outcome // failures, the first maxFailures
}

// maxFailures is how many failures a result names. The ledger names all.
const maxFailures = 20

func (s *stats) found(jobs ...*job) {
	for _, j := range jobs {
		s.bytesFound.Add(j.file.Info.Size)
	}
	s.filesFound.Add(int64(len(jobs)))
}

// refused counts a file that was found but will not be read.
func (s *stats) refused() { s.filesFound.Add(1) }

func (s *stats) begin(now time.Time) { s.begun.Store(&now) }

func (s *stats) committed(p ledger.Progress) {
	s.rowsLoaded.Add(p.Rows)
	s.rowsRejected.Add(p.Rejected)
}

func (s *stats) failed(o Outcome) {
	s.filesFailed.Add(1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.named) < maxFailures {
		s.named = append(s.named, o)
	}
}

// firstFailures lists the failures that are kept by name.
func (s *stats) firstFailures() []Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.named)
}

func (s *stats) snapshot() Stats {
	var elapsed time.Duration
	if begun := s.begun.Load(); begun != nil {
		elapsed = time.Since(*begun)
	}
	return Stats{
		FilesFound:   s.filesFound.Load(),
		FilesLoaded:  s.filesLoaded.Load(),
		FilesSkipped: s.filesSkipped.Load(),
		FilesFailed:  s.filesFailed.Load(),
		RowsLoaded:   s.rowsLoaded.Load(),
		RowsRejected: s.rowsRejected.Load(),
		BytesFound:   s.bytesFound.Load(),
		BytesRead:    s.bytesRead.Load(),
		Elapsed:      elapsed,
	}
}

// Result is what a load came to.
type Result struct {
	Stats
	// Failures names the first failed and parked files.
	Failures []Outcome
	// Created is the statement that made the table, "" if it was there.
	Created string
}
