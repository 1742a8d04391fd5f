package objecttest_test

import (
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"
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
			cmd.Env = append(os.Environ(), "OBJECTTEST_FAULT="+field.Name)
			out, err := cmd.CombinedOutput()
			want := "--- FAIL: TestFaulty/" + field.Tag.Get("fault") + " "
			if err == nil || !strings.Contains(string(out), want) {
				t.Errorf("the suite let it pass, or failed elsewhere than in %s: %v\n%s", field.Tag.Get("fault"), err, out)
			}
		})
	}
}

// TestFaulty is run by TestSuiteFindsFaults, and is expected to fail there.
func TestFaulty(t *testing.T) {
	run(t, faultNamed(os.Getenv("OBJECTTEST_FAULT")))
}

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
