package object

// Usage is what a bucket has asked of its store so far: what a provider
// charges for. Every attempt counts, those that failed and were repeated too.
type Usage struct {
	// Lists, Gets and Heads are requests, by their kind.
	Lists, Gets, Heads int64
	// Writes are all other requests: PUT, POST, COPY and DELETE.
	Writes int64
	// Bytes are those of all answers' bodies, as far as they were read.
	Bytes int64
}

// Add returns the sum of both.
func (u Usage) Add(other Usage) Usage {
	return Usage{u.Lists + other.Lists, u.Gets + other.Gets, u.Heads + other.Heads, u.Writes + other.Writes, u.Bytes + other.Bytes}
}

// Metered is what a [Bucket] may be besides: one whose requests cost money and
// are counted. Usage may be called at any time, also after Close.
type Metered interface {
	Usage() Usage
}
