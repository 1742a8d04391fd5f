package reader

import "bytes"

// The compressions that are undone, as they stand in a [Dialect].
const (
	Gzip = "gzip"
	Zstd = "zstd"
)

// magicLen is how much of a file its magic bytes may take: those of a tar
// archive end at byte 262.
const magicLen = 262

// compressionOf recognises a compression by the first bytes of a file; the
// file's name is not asked. It is empty for bytes that are not compressed.
func compressionOf(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b\x08")):
		return Gzip
	case bytes.HasPrefix(head, []byte("\x28\xb5\x2f\xfd")):
		return Zstd
	case len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		return Zstd // a skippable frame; LZ4 has them too, but begins with its own
	}
	return ""
}

// isParquet recognises a Parquet file. Its magic bytes are letters, so the
// beginning of the page header that follows them is asked for as well.
func isParquet(head []byte) bool { return bytes.HasPrefix(head, []byte("PAR1\x15")) }

// foreign names what a text file cannot be, by its first bytes. It is empty
// where nothing is known against them.
func foreign(head []byte) string {
	for _, f := range []struct{ magic, name string }{
		{"BZh", "compressed with bzip2"},
		{"\xfd7zXZ\x00", "compressed with xz"},
		{"PK\x03\x04", "a zip archive"},
		{"PK\x05\x06", "a zip archive"},
		{"7z\xbc\xaf\x27\x1c", "a 7z archive"},
		{"\xff\x06\x00\x00sNaPpY", "compressed with snappy"},
		{"\x04\x22\x4d\x18", "compressed with lz4"},
		{"\xff\xfe\x00\x00", "in UTF-32"}, // before UTF-16, which begins alike
		{"\x00\x00\xfe\xff", "in UTF-32"},
		{"\xff\xfe", "in UTF-16"},
		{"\xfe\xff", "in UTF-16"},
	} {
		if !bytes.HasPrefix(head, []byte(f.magic)) {
			continue
		}
		// BZh are letters too. What follows them is a digit and the first
		// block's magic, or the end of an empty stream.
		if f.magic == "BZh" && (len(head) < 10 || string(head[4:10]) != "1AY&SY" && string(head[4:10]) != "\x17\x72\x45\x38\x50\x90") {
			continue
		}
		return f.name
	}
	// Text may have that word in that place, but no NUL before it.
	if len(head) >= magicLen && string(head[257:262]) == "ustar" && bytes.IndexByte(head, 0) >= 0 {
		return "a tar archive"
	}
	return ""
}
