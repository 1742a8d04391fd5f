// Package sqs is the source that follows a queue of Amazon SQS, or one like
// it, into which a store writes what happens to its objects.
//
// A message is deleted when every object that it tells of is durable in the
// target, or needs no loading, and not before: what is lost on the way comes
// again. docs/sqs.md has the rules.
package sqs
