// Package all builds the register of every driver there is. It is the only
// package that imports them.
package all

import (
	"context"
	"strings"

	"github.com/seed-ede61cd5/sluice/connector"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/object/file"
	"github.com/seed-ede61cd5/sluice/object/s3"
	"github.com/seed-ede61cd5/sluice/reader"
	"github.com/seed-ede61cd5/sluice/reader/accesslog"
	"github.com/seed-ede61cd5/sluice/reader/avro"
	"github.com/seed-ede61cd5/sluice/reader/csv"
	"github.com/seed-ede61cd5/sluice/reader/jsondoc"
	"github.com/seed-ede61cd5/sluice/reader/jsonl"
	"github.com/seed-ede61cd5/sluice/reader/lines"
	"github.com/seed-ede61cd5/sluice/reader/parquet"
	"github.com/seed-ede61cd5/sluice/target"
	"github.com/seed-ede61cd5/sluice/target/duckdb"
	"github.com/seed-ede61cd5/sluice/target/postgres"
	"github.com/seed-ede61cd5/sluice/target/stdout"
)

// Registry returns a new register.
func Registry() *connector.Registry {
	return &connector.Registry{
		Buckets: map[string]connector.OpenBucket{
			"file": openFile,
			"s3":   openS3,
		},
		Formats: map[string]reader.Format{
			"access-log": accesslog.New(),
			"avro":       avro.New(),
			"csv":        csv.New(),
			"json":       jsondoc.New(),
			"jsonl":      jsonl.New(),
			"lines":      lines.New(),
			"parquet":    parquet.New(),
			"tsv":        csv.NewTSV(),
		},
		Extensions: map[string]string{
			"csv": "csv", "tsv": "tsv", "tab": "tsv",
			"jsonl": "jsonl", "ndjson": "jsonl",
			"parquet": "parquet", "pq": "parquet", "parq": "parquet",
			"avro": "avro",
		},
		Shared: map[string]reader.Format{"json": jsondoc.Auto(jsonl.New())},
		Targets: map[string]connector.OpenTarget{
			"duckdb":     openDuckDB,
			"postgres":   openPostgres,
			"postgresql": openPostgres,
			"stdout":     openStdout,
		},
	}
}

func openFile(context.Context, string, connector.BucketOptions) (object.Bucket, error) {
	return file.New(), nil
}

func openS3(ctx context.Context, name string, opts connector.BucketOptions) (object.Bucket, error) {
	return s3.Open(ctx, name, s3.Options{
		Endpoint: opts.Endpoint, Region: opts.Region, PathStyle: opts.PathStyle, Profile: opts.Profile, Role: opts.Role,
		RequesterPays: opts.RequesterPays, CAFile: opts.CAFile, AllowHTTP: opts.AllowHTTP,
	})
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

func openPostgres(ctx context.Context, address string, opts connector.TargetOptions) (target.Target, error) {
	if !strings.HasPrefix(address, "//") {
		// What was written instead may be a password: it is not repeated.
		return nil, &connector.AddressError{To: "postgres:…", Fix: "write postgres://USER@HOST/DATABASE, or postgres:// for what PGHOST, PGUSER … say"}
	}
	return postgres.Open(ctx, "postgres:"+address, postgres.Options{Buffer: opts.Buffer, ReadOnly: opts.ReadOnly})
}
