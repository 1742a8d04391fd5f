// Package connector is the register of drivers: which buckets, formats and
// targets there are, and by what names. The register is a value, built by
// package all below, so that nothing happens by import alone.
package connector
