// Package objecttest is the suite that every [object.Bucket] passes. A driver
// calls [Run] from a test of its own, with a [Harness] that knows how to put
// objects there by other means than the driver.
//
// The suite asks only for what the contract says. What a store can do beyond
// it, such as noticing at once that a file was replaced, is for the driver's
// own tests.
package objecttest
