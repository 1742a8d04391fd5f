package transfer

import "time"

// FollowConfig tunes [Loader.Follow]. Its zero value is the defaults.
type FollowConfig struct {
	// Readers is how many files are read at the same time, of which at most
	// Config.Workers are large. Default: 32.
	Readers int
	// Queued is how many bytes of decoded rows may wait for the sessions to
	// take them. Default: as much as Config.Limits has.
	Queued int64
	// InFlight is how many bytes of decoded rows may be on their way between
	// the readers and their commit, wherever the target keeps them until then.
	// Default: 256 MiB, or four times Queued where that is more.
	InFlight int64
	// A session commits when it holds this many decompressed bytes of files,
	// this many rows, or rows this old; earlier when nothing more comes.
	// Default: 64 MiB, 1,000,000 rows, 2 s.
	CommitBytes, CommitRows int64
	CommitAfter             time.Duration
	// Grace is how long a stop may take to commit what was read. Default: 30 s.
	Grace time.Duration
}

const (
	// largeFile is from which size on a file counts as large: smaller ones
	// hold little memory however many of them are read.
	largeFile = 1 << 20
	// chunkOverhead is what a chunk in flight takes besides its rows.
	chunkOverhead = 4 << 10
)

func (c FollowConfig) withDefaults(load Config) FollowConfig {
	if c.Readers <= 0 {
		c.Readers = max(32, load.Workers)
	}
	if c.Queued <= 0 {
		c.Queued = load.Limits.Limit()
	}
	if c.InFlight <= 0 {
		c.InFlight = max(4*c.Queued, 256<<20)
	}
	if c.CommitBytes <= 0 {
		c.CommitBytes = 64 << 20
	}
	if c.CommitRows <= 0 {
		c.CommitRows = 1_000_000
	}
	if c.CommitAfter <= 0 {
		c.CommitAfter = 2 * time.Second
	}
	if c.Grace <= 0 {
		c.Grace = 30 * time.Second
	}
	return c
}
