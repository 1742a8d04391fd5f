package duckdb

// Options bounds what a target uses. The zero value takes every default.
type Options struct {
	// Buffer is how many bytes of Arrow data the target may hold before it
	// hands them to DuckDB, over all sessions. Default 32 MiB. One larger
	// batch is taken alone.
	Buffer int64
	// Memory is DuckDB's own memory_limit in bytes, which does not cover
	// Buffer. Default 160 MiB; DuckDB needs at least 64 MiB. A table of
	// many columns raises it to 1.5 MiB a column.
	Memory int64
	// Threads is the most threads that DuckDB uses. Default: all cores. A
	// wide table gets fewer: each thread needs 1.5 MiB a column.
	Threads int
	// ReadOnly opens the file for looking only; it must exist.
	ReadOnly bool
}

const (
	defaultBuffer = 32 << 20
	defaultMemory = 160 << 20
)

func (o Options) withDefaults(cores int) Options {
	if o.Buffer <= 0 {
		o.Buffer = defaultBuffer
	}
	if o.Memory <= 0 {
		o.Memory = defaultMemory
	}
	if o.Threads <= 0 {
		o.Threads = cores
	}
	return o
}
