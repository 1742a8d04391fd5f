package reader

// Limits bounds what all readers of a process use together.
type Limits struct{}
