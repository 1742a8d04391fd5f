// Package fault makes what a load depends on go wrong at the moment that a
// test picks: it decorates an [object.Bucket], a [target.Target] and a
// [ledger.DB], and an [Injector] decides, call by call, what becomes of each.
// A call can fail before it does anything, fail after it has taken effect (as
// when the answer to a COMMIT is lost), hang, or be the last one that the
// process lives to make.
//
// First let a load run to its end with an injector that only counts. Then go
// through it once for every call, with that call as the one that fails:
//
//	inj := fault.New(fault.At(n, fault.Fault{Kind: fault.After, Crash: true}))
//	cfg.Target = fault.Target(db, inj)
//
// After such a load, [Injector.Crashed] tells whether the load got so far; the
// next load, without faults, must make the table whole.
package fault
