package reader

import (
	"bytes"
	"strings"
)

// magicLen is how much of a file its magic bytes may take: those of a tar
// archive end at byte 262.
const magicLen = 262

// isParquet recognises a Parquet file. Its magic bytes are letters, so the
// beginning of the page header that follows them is asked for as well.
func isParquet(head []byte) bool { return bytes.HasPrefix(head, []byte("PAR1\x15")) }

// foreign names what a text file cannot be, by its first bytes, and says what
// to do about it. It is empty where nothing is known against them.
func foreign(head []byte) string {
	const (
		archive  = ", which may hold several files: unpack it, and load what was in it"
		workbook = ": save each sheet as CSV in UTF-8, and load that"
		codec    = ", which is not read: use gzip, zstd, bzip2, lz4, snappy's frames or xz"
		text     = ", which is not read: convert it to UTF-8, as iconv does"
	)
	switch {
	case isParquet(head):
		return "a Parquet file: use --format parquet"
	case bytes.HasPrefix(head, []byte("Obj\x01")):
		return "an Avro file: use --format avro"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")) && isOffice(head):
		return "an Excel workbook or another Office document" + workbook
	// Text may have that word in that place, but no NUL before it.
	case len(head) >= magicLen && string(head[257:262]) == "ustar" && bytes.IndexByte(head, 0) >= 0:
		return "a tar archive" + archive
	}
	for _, f := range []struct{ magic, what string }{
		{"PK\x03\x04", "a zip archive" + archive},
		{"PK\x05\x06", "an empty zip archive"},
		{"7z\xbc\xaf\x27\x1c", "a 7z archive" + archive},
		{"Rar!\x1a\x07", "a rar archive" + archive},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Excel workbook (.xls) or another document of old Office" + workbook},
		{"\x02\x21\x4c\x18", "compressed with lz4's legacy format" + codec},
		{"\x1f\x9d", "compressed with compress (.Z)" + codec},
		{"LZIP\x01", "compressed with lzip" + codec},
		{"\xff\xfe\x00\x00", "in UTF-32" + text}, // UTF-16 begins alike
		{"\x00\x00\xfe\xff", "in UTF-32" + text},
	} {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.what
		}
	}
	return ""
}

// isOffice tells whether a zip archive begins as those of office programs do, by
// the name of its first file.
func isOffice(head []byte) bool {
	if len(head) < 30 {
		return false
	}
	name := string(head[30:])
	for _, first := range []string{"[Content_Types].xml", "_rels/", "docProps/", "xl/", "mimetypeapplication/vnd.oasis.opendocument"} {
		if strings.HasPrefix(name, first) {
			return true
		}
	}
	return false
}
