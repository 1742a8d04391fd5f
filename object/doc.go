// Package object defines what Sluice asks of a place that holds files: a
// [Bucket] lists objects page by page and reads byte ranges of exactly one
// generation. Drivers live in the folders below; objecttest is the suite that
// each of them passes.
package object
