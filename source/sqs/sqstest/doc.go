// Package sqstest is a double of a queue for tests without a network, which
// misbehaves when told to, and the suite that holds it to what a real server
// does. Its waits are timers, so that it runs in a testing/synctest bubble.
package sqstest
