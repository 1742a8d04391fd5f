// Package command builds the sluice command for tests, and watches what it
// says while it runs.
package command

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Build returns the command under test: the one that SLUICE names, or one that
// it builds in dir for this run.
func Build(dir string) (binary string, err error) {
	if binary = os.Getenv("SLUICE"); binary != "" {
		return binary, nil
	}
	binary = filepath.Join(dir, "sluice")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/seed-ede61cd5/sluice/cmd/sluice").CombinedOutput(); err != nil {
		return "", fmt.Errorf("build sluice: %w\n%s", err, out)
	}
	return binary, nil
}
