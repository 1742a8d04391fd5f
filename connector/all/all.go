// Package all builds the register of every driver there is. It is the only
// package that imports them.
package all

import (
	"context"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
	"github.com/seed-ede61cd5/sluice/target/stdout"
)

// Registry returns a new register.
func Registry() *connector.Registry {
	return &connector.Registry{
		Buckets: map[string]connector.OpenBucket{
			"file": func(context.Context, string) (object.Bucket, error) { return file.New(), nil },
		},
		Formats: map[string]reader.Format{
			"csv":   csv.New(),
			"tsv":   csv.NewTSV(),
			"jsonl": jsonl.New(),
		},
		Extensions: map[string]string{"csv": "csv", "tsv": "tsv", "tab": "tsv", "jsonl": "jsonl", "ndjson": "jsonl", "json": "jsonl"},
		Targets: map[string]connector.OpenTarget{
			"duckdb": openDuckDB,
			"stdout": openStdout,
		},
	}
}

func openStdout(_ context.Context, address string, opts connector.TargetOptions) (target.Target, error) {
	if address != "" {
		return nil, &connector.AddressError{To: "stdout:" + address, Fix: "write stdout: with nothing behind it"}
	}
	return stdout.New(opts.Out), nil
}

func openDuckDB(ctx context.Context, address string, opts connector.TargetOptions) (target.Target, error) {
	return duckdb.Open(ctx, address, duckdb.Options{Buffer: opts.Buffer, ReadOnly: opts.ReadOnly})
}
