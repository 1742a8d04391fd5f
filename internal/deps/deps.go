package deps

import (
	_ "github.com/apache/arrow-go/v18/arrow/array"
	_ "github.com/apache/arrow-go/v18/arrow/cdata"
	_ "github.com/apache/arrow-go/v18/arrow/memory/mallocator"
	_ "github.com/bmatcuk/doublestar/v4"
	_ "github.com/duckdb/duckdb-go/v2"
	_ "github.com/duckdb/duckdb-go/v2/mapping"
	_ "github.com/dustin/go-humanize"
	_ "github.com/klauspost/compress/gzip"
	_ "github.com/klauspost/compress/zstd"
	_ "github.com/spf13/cobra"
	_ "github.com/vbauerster/mpb/v8"
	_ "golang.org/x/sync/errgroup"
	_ "golang.org/x/sync/semaphore"
	_ "golang.org/x/term"
)
