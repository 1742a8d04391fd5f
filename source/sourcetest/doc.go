// Package sourcetest is the suite that every [source.Source] passes. A source
// calls [Run] from a test of its own, with a [Harness] that knows how to put
// objects where it finds them.
//
// Sources wait: for the next listing, for a message to come again. Run lets the
// caller open each harness, so that it can do so in a bubble of time
// (testing/synctest), in which hours pass at once.
package sourcetest
