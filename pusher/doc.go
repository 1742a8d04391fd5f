// Package pusher takes files' chunks on their way to the target, keeps the
// memory they occupy bounded, and knows when a file is completely pushed.
//
// There are two pushers. [SyncPusher] is for a snapshot: it hands a chunk's
// items on and returns when they are taken. [ParsequeuePusher] is for
// replication, where files keep being read while earlier ones are still under
// way: it puts chunks into a parse queue, and the queue's AckFunc calls Ack.
//
//	Push ──► room? ──► tracked ──► queue ──► parse, push ──► AckFunc ──► Ack or Nack
//	           ▲                                                             │
//	           └───────────────────── room is free again ◄───────────────────┘
//
// The rest of this page is about the ParsequeuePusher.
//
// # Memory
//
// A chunk is in flight from the moment Push admits it until it is acked or
// nacked. Room is checked and taken in one step.
//
// Invariant 8: the sizes of the chunks in flight sum up to at most the limit,
// except that a chunk larger than the limit is admitted when nothing else is
// in flight. A limit of 0 is no limit.
//
// Invariant 9: pushes are admitted in the order they came. One that does not fit
// holds back smaller ones behind it, so it is never starved; it waits only for
// chunks admitted before it, so the ones behind it are not starved either.
//
// Invariant 10: a Push that returns an error has left no trace: neither bytes nor
// offsets nor an attempt, and whoever waits behind it has been woken.
//
// Nothing sleeps, polls or uses a timer: whatever frees room admits those for
// whom there is room now.
//
// # Files and attempts
//
// Chunks of equal FilePath and Attempt form an attempt at a file. It is done
// when its Completed chunk has been pushed and none of its chunks is in flight.
//
// Invariant 11: Ack reports done at most once for an attempt, and only if every
// chunk of the attempt was acked, none nacked. So whoever acks only what is
// durable learns of a done file only when all of it is durable.
//
// An attempt is superseded by the first accepted push of another attempt at
// the same file: one with a higher number, or with the same number once the
// Completed chunk has been pushed. (So a caller for whom files are never
// pushed anew before they are complete leaves Attempt at 0.)
//
// Invariant 12: the acks of a superseded attempt free its bytes and never report
// done. A chunk with a lower number than the file's newest attempt is refused.
//
// A file whose attempt is done, failed and complete, or abandoned leaves the
// state: by then the ledger or the source knows about it. An attempt that
// ends before its Completed chunk stays until [ParsequeuePusher.Abandon] is
// called or a new attempt starts.
//
// # Which chunk an ack means
//
// Push puts a token on its copy of the chunk, and the queue hands that copy to
// the AckFunc. Offsets are never compared. A chunk without a token, such as
// the caller's own copy, stands for the oldest one in flight of equal
// FilePath, Attempt, Completed, Size and Items: the same elements in memory,
// not merely equal ones; slices without elements are all the same.
//
// Invariant 13: an ack of a chunk that is not in flight is an error and changes
// nothing.
//
// Push and Ack cost the same whatever is in flight.
package pusher
