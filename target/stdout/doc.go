// Package stdout is a target that prints rows as JSON lines. It keeps no
// ledger: every load prints everything.
//
// A row is one line, an object with the columns in the order of the schema:
//
//	bool, int64     as they are; JSON readers that hold numbers as floats
//	                round an int64 beyond ±2^53
//	float64         the shortest number that reads back as the same; NaN and
//	                the infinities, which JSON does not have, are null
//	date            "2006-01-02"
//	timestamp       "2006-01-02T15:04:05.999999", without trailing zeros
//	timestamptz     the same in UTC, with a Z behind it
//	time            "15:04:05.999999", without trailing zeros
//	decimal         a number with all digits of its scale
//	uuid            a string of hexadecimal digits in groups
//	text            a string; bytes that are not UTF-8 become U+FFFD
//	json            the value as it is, but for its line ends
//	bytes           a string in base64 (RFC 4648, with padding)
//
// The same rows give the same bytes. Lines of concurrent sessions do not mix.
package stdout
