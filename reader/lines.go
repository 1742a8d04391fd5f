package reader

import "bytes"

// BOM is the byte order mark that a UTF-8 text may begin with.
const BOM = "\xef\xbb\xbf"

// SplitLines is the [SplitFunc] of formats whose records are lines that end in
// LF. It counts those that are empty too.
func SplitLines(data []byte, _ int64, most int, atEOF bool) (end, records int) {
	records, end = CountLines(data, '\n', most)
	if atEOF && records < most && end < len(data) {
		return len(data), records + 1
	}
	return end, records
}

// CountLines counts the line ends in text, to most at most, and returns the
// place after the last one counted.
func CountLines(text []byte, lineEnd byte, most int) (n, last int) {
	n = bytes.Count(text, []byte{lineEnd})
	if n <= most {
		return n, bytes.LastIndexByte(text, lineEnd) + 1
	}
	for range most {
		last += bytes.IndexByte(text[last:], lineEnd) + 1
	}
	return most, last
}
