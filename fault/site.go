package fault

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// Op is what a decorated call does.
type Op string

const (
	OpList Op = "list" // a page of a listing is about to be handed over
	OpStat Op = "stat"
	OpOpen Op = "open"
	OpRead Op = "read" // from a body

	OpRemove Op = "remove" // an object is disposed of, as the next two do
	OpMove   Op = "move"
	OpTag    Op = "tag"

	OpDescribe Op = "describe"
	OpCreate   Op = "create"
	OpAdd      Op = "add columns"
	OpWiden    Op = "widen columns"
	OpVerify   Op = "verify"
	OpForget   Op = "forget"
	OpSession  Op = "session" // a session begins
	OpPush     Op = "push"
	OpFlush    Op = "flush"

	OpBegin  Op = "begin" // of a transaction of the ledger
	OpExec   Op = "exec"
	OpQuery  Op = "query"
	OpCommit Op = "commit"
)

// stack is where a call comes from, innermost first.
type stack [32]uintptr

// site is a distinct call site.
type site struct {
	name  string
	calls int
}

// shown is how many callers a site's name shows.
const shown = 4

// siteOf finds the caller's site. REQUIRES: i.mu held.
func (i *Injector) siteOf(op Op) *site {
	var at stack
	n := runtime.Callers(2, at[:])
	s := i.sites[at]
	if s == nil {
		s = &site{name: nameOf(at[:n])}
		i.sites[at] = s
	}
	return s
}

// nameOf names the innermost callers outside of this package.
func nameOf(pcs []uintptr) string {
	var names []string
	frames := runtime.CallersFrames(pcs)
	for more := true; more && len(names) < shown; {
		var f runtime.Frame
		f, more = frames.Next()
		name := path.Base(f.Function)
		if !strings.HasPrefix(name, "fault.") {
			names = append(names, fmt.Sprintf("%s:%d", name, f.Line))
		}
	}
	return strings.Join(names, " < ")
}
