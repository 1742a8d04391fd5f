package objecttest_test

import (
	"testing"

	"github.com/seed-ede61cd5/sluice/internal/faultytest"
)

// faults are mistakes that a driver can make. The suite must find each.
type faults struct {
	pageSize       int  `fault:"list/many/pages"`
	onePage        bool `fault:"list/many/pages"`
	listsDirectory bool `fault:"list/prefix"`
	listsOn        bool `fault:"list/many/error"`
	wrapsErrors    bool `fault:"list/many/error"`
	listsFrom      bool `fault:"list/many/after"`
	foldsOrder     bool `fault:"list/after"`
	ignoresContext bool `fault:"open/cancel"`
	unclassified   bool `fault:"missing"`
	shortIsEnd     bool `fault:"open/ranges"`
	offByOne       bool `fault:"open/ranges"`
	cancelIsEnd    bool `fault:"open/cancel"`
	readsClosed    bool `fault:"open/close"`
	sizeGeneration bool `fault:"generation/new"`
	anyGeneration  bool `fault:"generation/before_open"`
	mixes          bool `fault:"generation/mid-read"`
	disposesAny    bool `fault:"dispose/changed"`
	disposesLate   bool `fault:"dispose/cancel"`
	goneFails      bool `fault:"dispose/missing"`
	movesOnto      bool `fault:"dispose/onto_another"`
	copies         bool `fault:"dispose/move"`
	losesTags      bool `fault:"dispose/tag"`
}

// TestSuiteFindsFaults: see [faultytest.Find].
func TestSuiteFindsFaults(t *testing.T) { faultytest.Find[faults](t) }

// TestFaulty is run by TestSuiteFindsFaults, and is expected to fail there.
func TestFaulty(t *testing.T) { run(t, faultNamed(faultytest.Chosen())) }

func faultNamed(name string) faults {
	return faults{
		pageSize:       map[string]int{"pageSize": 1001}[name],
		onePage:        name == "onePage",
		listsDirectory: name == "listsDirectory",
		listsOn:        name == "listsOn",
		wrapsErrors:    name == "wrapsErrors",
		listsFrom:      name == "listsFrom",
		foldsOrder:     name == "foldsOrder",
		ignoresContext: name == "ignoresContext",
		unclassified:   name == "unclassified",
		shortIsEnd:     name == "shortIsEnd",
		offByOne:       name == "offByOne",
		cancelIsEnd:    name == "cancelIsEnd",
		readsClosed:    name == "readsClosed",
		sizeGeneration: name == "sizeGeneration",
		anyGeneration:  name == "anyGeneration",
		mixes:          name == "mixes",
		disposesAny:    name == "disposesAny",
		disposesLate:   name == "disposesLate",
		goneFails:      name == "goneFails",
		movesOnto:      name == "movesOnto",
		copies:         name == "copies",
		losesTags:      name == "losesTags",
	}
}
