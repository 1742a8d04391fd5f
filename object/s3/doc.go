// Package s3 is the bucket of S3 and of stores that speak its protocol:
// [object.Bucket] over ListObjectsV2, HeadObject and GetObject; only
// [object.Disposer] and [object.Tagger] write. docs/s3.md tells users the rules and limits; this comment tells how
// they are kept.
//
// # One generation
//
// A generation is the ETag, without quotes, and the size: what LIST, HEAD and
// GET all tell, and so does an event ([Generation]). An ETag is never taken for
// an MD5. Every GET carries If-Match, and every answer must repeat the ETag
// and the range that was asked for: a store that ignores either is found out
// before a byte is handed on.
//
// # Requests
//
// A reader fetches an object's beginning, its first MiB, with one GET and keeps
// it for a while (heads), because whoever loads a file looks at its beginning
// two or three times: a small object costs one GET in all. What follows is
// streamed; an object with more than two parts behind its beginning is fetched
// in parts, up to four of them ahead of who reads (reader). The buffers of all
// readers of a bucket are a fixed few (parts), and a reader that gets none goes
// on streaming: so memory is bounded and nobody waits for anybody.
//
// # Failures
//
// There is one place that tries again (attempts), with one budget, so the
// SDK's own retries are off. A body that breaks, ends early or stalls is
// continued by a GET from the byte reached. Every request and every read of a
// body is under a watchdog that is reset by progress (transport).
package s3
