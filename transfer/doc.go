// Package transfer is the engine: it takes objects from a source, reads them
// with a format, pushes their rows through package pusher into a target, and
// keeps the target's ledger honest about it. It owns every goroutine of a
// load, apart from those that a reader joins before it returns.
//
//	source ─page─► discover ─job─► worker 1..W: sample → read → push → flush
//
// Discovery asks the ledger page by page what is still to be done, so memory
// does not grow with the bucket. Each worker has a session of its own and
// loads one file at a time; a file counts as loaded once the session has been
// flushed after its end.
package transfer
