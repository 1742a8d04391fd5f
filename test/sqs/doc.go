// Package sqs tests the source for queues against a real server: fauxqs, with
// objects in versitygw. The faults that need time or a server that misbehaves
// are in the product's own tests, against a double that passes the same suite.
package sqs
