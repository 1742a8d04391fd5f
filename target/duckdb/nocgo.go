//go:build !cgo

package duckdb

import (
	"context"
	"errors"

	"github.com/seed-ede61cd5/sluice/target"
)

// Open fails: this binary was built without cgo, which DuckDB needs.
func Open(context.Context, string, Options) (target.Target, error) {
	return nil, errors.New("this sluice was built without DuckDB: build it with a C++ compiler and CGO_ENABLED=1 go build ./cmd/sluice")
}
