// Package faultytest shows that a conformance suite finds what it is there to
// find: the suite is run with something that makes a mistake, one after the other.
package faultytest

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
)

const variable = "FAULTYTEST_FAULT"

// Find runs the test function TestFaulty for each field of Faults, in a process of
// its own, as a failing test cannot be undone. It must fail there, in the subtest
// that the field's tag "fault" names.
func Find[Faults any](t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for field := range reflect.TypeFor[Faults]().Fields() {
		t.Run(field.Name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(self, "-test.run=^TestFaulty$", "-test.timeout=1m")
			cmd.Env = append(os.Environ(), variable+"="+field.Name)
			out, err := cmd.CombinedOutput()
			want := "--- FAIL: TestFaulty/" + field.Tag.Get("fault") + " "
			if err == nil || !strings.Contains(string(out), want) {
				t.Errorf("the suite let it pass, or failed elsewhere than in %s: %v\n%.3000s", field.Tag.Get("fault"), err, out)
			}
		})
	}
}

// Chosen is the field that TestFaulty is run for now, "" where nobody runs it for one.
func Chosen() string { return os.Getenv(variable) }
