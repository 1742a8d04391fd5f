package abstract

// Pusher takes items and returns when they are taken: stored, or held in
// memory that the taker bounds. It owns the items from the call on, also when
// it fails. A non-nil error means that nothing may be assumed about them.
type Pusher func(items []ChangeItem) error

// AsyncSink takes items and answers later.
type AsyncSink interface {
	// AsyncPush hands over items, which it owns from the call on. The channel
	// answers exactly once: nil after the commit that made them durable, else
	// the reason why they are not. It must have room for the answer, so that
	// a sink never waits for its caller. AsyncPush may block while the sink is
	// full. It is called from one goroutine at a time.
	AsyncPush(items []ChangeItem) <-chan error
	// Close ends the sink. Items not yet answered are answered with an error.
	Close() error
}
