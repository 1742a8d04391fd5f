package sourcetest_test

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/internal/faultytest"
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

// TestSuiteFindsFaults: see [faultytest.Find].
func TestSuiteFindsFaults(t *testing.T) { faultytest.Find[faults](t) }

// TestFaulty is run by TestSuiteFindsFaults, and is expected to fail there.
func TestFaulty(t *testing.T) { run(t, faultNamed(faultytest.Chosen())) }

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
