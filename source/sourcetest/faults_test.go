package sourcetest_test

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
)

// faults are mistakes that a source can make. The suite must find each.
type faults struct {
	oversize         bool `fault:"lists/pages"`
	twice            bool `fault:"lists/pages"`
	loses            bool `fault:"follows/pages"`
	goesOn           bool `fault:"lists/error"`
	wraps            bool `fault:"lists/error"`
	ownContext       bool `fault:"lists/cancelled_before"`
	endsEarly        bool `fault:"follows/arrivals"`
	endsAsNil        bool `fault:"follows/pages"`
	namelessNothing  bool `fault:"lists/nothing"`
	forgetsFailed    bool `fault:"follows/again"`
	refusesStrangers bool `fault:"lists/answers"`
}

// TestSuiteFindsFaults runs the suite in a process of its own for each fault,
// as a failing test cannot be undone.
func TestSuiteFindsFaults(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for field := range reflect.TypeFor[faults]().Fields() {
		t.Run(field.Name, func(t *testing.T) {
			t.Parallel()
			cmd := exec.Command(self, "-test.run=^TestFaulty$", "-test.timeout=1m")
			cmd.Env = append(os.Environ(), "SOURCETEST_FAULT="+field.Name)
			out, err := cmd.CombinedOutput()
			want := "--- FAIL: TestFaulty/" + field.Tag.Get("fault") + " "
			if err == nil || !strings.Contains(string(out), want) {
				t.Errorf("the suite let it pass, or failed elsewhere than in %s: %v\n%.3000s", field.Tag.Get("fault"), err, out)
			}
		})
	}
}

// TestFaulty is run by TestSuiteFindsFaults, and is expected to fail there.
func TestFaulty(t *testing.T) {
	run(t, faultNamed(os.Getenv("SOURCETEST_FAULT")))
}

func faultNamed(name string) faults {
	return faults{
		oversize:         name == "oversize",
		twice:            name == "twice",
		loses:            name == "loses",
		goesOn:           name == "goesOn",
		wraps:            name == "wraps",
		ownContext:       name == "ownContext",
		endsEarly:        name == "endsEarly",
		endsAsNil:        name == "endsAsNil",
		namelessNothing:  name == "namelessNothing",
		forgetsFailed:    name == "forgetsFailed",
		refusesStrangers: name == "refusesStrangers",
	}
}
