package parsequeue

import (
	"bytes"
	"runtime"
	"strconv"
)

// goroutineID is the number in the header of the goroutine's stack trace,
// which is "goroutine N [running]:". It is 0 if that header ever changes; then
// nothing takes itself for the AckFunc and the only loss is ErrInAck.
//
// Go offers no other identity of a goroutine, and an AckFunc has no argument
// that could carry one. Without it, an AckFunc that calls Add on a full queue
// would wait for itself for ever.
func goroutineID() uint64 {
	var buf [64]byte
	header := buf[:runtime.Stack(buf[:], false)]
	header, ok := bytes.CutPrefix(header, []byte("goroutine "))
	if !ok {
		return 0
	}
	number, _, _ := bytes.Cut(header, []byte(" "))
	id, err := strconv.ParseUint(string(number), 10, 64)
	if err != nil {
		return 0
	}
	return id
}
