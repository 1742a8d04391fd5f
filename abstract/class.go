package abstract

import "errors"

// Class tells what the caller of a failed operation may do about it. Drivers
// classify an error once, where they first meet it; everyone above asks
// [ClassOf].
type Class int

const (
	// Permanent: the same call will fail again. Stop and tell the user.
	Permanent Class = iota
	// Transient: the same call may succeed later. Retry with back-off.
	Transient
	// NotFound: the thing asked for is not there.
	NotFound
	// FileOnly: one file cannot be loaded, for a reason of its own. Record
	// the reason against that file and go on with the others.
	FileOnly
)

// String is the class's name in messages.
func (c Class) String() string {
	switch c {
	case Transient:
		return "transient"
	case NotFound:
		return "not found"
	case FileOnly:
		return "this file only"
	default:
		return "permanent"
	}
}

// classified is an error with its class.
type classified struct {
	class Class
	err   error
}

func (e *classified) Error() string { return e.err.Error() }
func (e *classified) Unwrap() error { return e.err }

// WithClass marks an error. It returns nil for a nil error. The outermost
// mark is the one that counts.
func WithClass(class Class, err error) error {
	if err == nil {
		return nil
	}
	return &classified{class: class, err: err}
}

// ClassOf returns the class of the outermost mark in err's tree, Permanent
// where there is none.
func ClassOf(err error) Class {
	if c, ok := errors.AsType[*classified](err); ok {
		return c.class
	}
	return Permanent
}
