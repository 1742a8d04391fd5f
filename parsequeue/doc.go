// Package parsequeue takes data through three stages: parse in parallel, push
// in order, acknowledge in order.
//
//	Add ──► parse ×N ──► push, one at a time ──► ack, one at a time
//	         any order      in the order of Add     in the order of Add
//
// It is generic in the datum, so it knows nothing of files: package pusher
// puts its chunks through it.
//
// # What is promised
//
// Invariant 14: every datum that [ParseQueue.Add] accepted is answered by exactly
// one call of the [AckFunc], in the order of Add.
//
// Invariant 15: the answer is nil only after the sink answered nil, and then only
// while nothing before the datum, in the order of Add, ended the queue.
//
// Invariant 16: the sink receives items in the order of Add, from one goroutine.
//
// Invariant 17: parse is called exactly once for every accepted datum, so it is
// the place where ownership of what the datum holds changes hands.
//
// Invariant 18: at most 2×parallelism data are accepted and not yet taken by the
// sink, and at most 1024×parallelism are accepted and not yet answered. Add
// blocks beyond either. The first bound keeps decoded rows few; the second is
// wide because a sink answers after a commit, and a commit is cheap only when
// many data share it.
//
// # Errors
//
// An error that [abstract.ClassOf] calls [abstract.FileOnly], from parse or
// from the sink, is the answer of its datum, and the queue goes on. A panic of
// parse is such an error. Every other error, and any error or panic of the
// AckFunc, ends the queue: the first one is what [ParseQueue.Error] returns,
// [ParseQueue.Done] is closed, and every blocked call returns with it. Data
// before the failing one keep the answer that the sink gives them, if it is
// nil or theirs only. All others, the failing one included, are answered with
// the queue's error, also where the sink had already taken them: it may store
// them or not, so whoever reads the file again must ask the target.
//
// A failed parse takes effect in its turn, not when it happens, because the
// data before it are still being parsed and deserve their own answers.
//
// # The functions that the caller gives
//
// The AckFunc may call Add, but never waits for itself: where Add, Wait or
// Close would have to block for the AckFunc to return, they return [ErrInAck]
// instead. This holds for the goroutine that runs the AckFunc; an AckFunc
// which waits for another goroutine that waits for the queue is beyond help.
// A ParseFunc must not call the queue at all.
//
// Nothing here sleeps or polls, and no timer is used.
package parsequeue
