// Package snapshot is the source of what is there now: it lists its places
// once and ends.
package snapshot
