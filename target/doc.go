// Package target defines what Sluice asks of a database that rows are loaded
// into. Drivers live in the folders below; targettest is the suite that each
// of them passes.
package target
