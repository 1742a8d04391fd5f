// Package json checks JSON text (RFC 8259) in place: it finds where values end
// and what they are, builds nothing and does not allocate. [Extent] finds where a
// value ends without checking it, as fast as that can be done.
//
// It is strict. Everything that the grammar does not produce is refused: a
// comma behind the last element, a leading zero, NaN, a comment, a control
// character in a string. So is what the grammar produces and no text can
// mean: half of a surrogate pair (\ud800 without its other half). Values nest
// [MaxDepth] levels at most; how deep they are costs no stack.
//
// Duplicate names within an object are not looked for. Invalid UTF-8 is the
// caller's to find, once for a whole block, which is much faster than here:
// what the scanner takes is JSON if it is UTF-8.
package json
