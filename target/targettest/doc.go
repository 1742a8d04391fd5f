// Package targettest is the suite that every [target.Target] passes. A driver
// calls [Run] from a test of its own, with a [Harness] that knows how to open
// its database and how to look into it by other means than the target.
//
// The suite asks what the contract says: rows arrive unchanged and exactly
// once, together with their progress or not at all, and every item is released
// exactly once. What a driver can do beyond that is for its own tests.
package targettest
