// Command sluice loads files from object storage into databases, exactly
// once. Run it without arguments for help.
package main

import (
	"os"

	"github.com/seed-ede61cd5/sluice/connector/all"
	"github.com/seed-ede61cd5/sluice/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Standard(), all.Registry()))
}
