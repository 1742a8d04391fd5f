// Package snapshot is the source of what is there now: it lists its places
// once and ends. For who lists them again and again it can list their ends
// only.
package snapshot
