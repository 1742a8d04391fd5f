// Package poll lists places again and again: what is new there is found by the
// next listing, or as soon as the file system tells of it.
//
// New is what is listed and the engine's ledger has not closed. Nothing else
// decides: no time, as stores have one-second times and give an object that
// was uploaded in parts the time when that began; and no last key, as keys
// arrive in any order. A key that a listing missed because it was written
// behind the listing's position is found by the next one. The price is a
// listing per pass, and a ledger query for each of its pages.
//
// Where keys grow, that price is lower with [Config.LookBack]: most passes
// list the ends of places only. It decides when a key is met, not whether: all
// are by the next whole listing.
package poll
