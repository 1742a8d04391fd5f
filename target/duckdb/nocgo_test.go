//go:build !cgo

package duckdb

import (
	"strings"
	"testing"
)

// TestWithoutCgo: the error says how to build. Run with CGO_ENABLED=0.
func TestWithoutCgo(t *testing.T) {
	_, err := Open(t.Context(), "x.duckdb", Options{})
	if err == nil || !strings.Contains(err.Error(), "CGO_ENABLED=1 go build ./cmd/sluice") {
		t.Errorf("open: %v", err)
	}
}
