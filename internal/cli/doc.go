// Package cli is the command line: it turns flags into a transfer, shows how
// the transfer goes, and turns its outcome into an exit code.
package cli
