package avro

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"hash/crc32"
	"math"
	"slices"

	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// testFile is a file to be written.
type testFile struct {
	schema string
	codec  codec
	blocks []testBlock
}

// testBlock is a block of some records.
type testBlock struct {
	records int
	data    []byte
}

const testSync = "0123456789abcdef"

func long(v int64) []byte { return binary.AppendVarint(nil, v) }

func text(s string) []byte { return append(long(int64(len(s))), s...) }

func le32(v uint32) []byte { return binary.LittleEndian.AppendUint32(nil, v) }

func double(f float64) []byte { return binary.LittleEndian.AppendUint64(nil, math.Float64bits(f)) }

func join(parts ...[]byte) []byte { return slices.Concat(parts...) }

// fieldsOf is the schema of records with such fields.
func fieldsOf(fields string) string { return `{"type":"record","name":"r","fields":[` + fields + `]}` }

// oneOf is the schema of records with one field of a type.
func oneOf(typ string) string { return fieldsOf(`{"name":"v","type":` + typ + `}`) }

// bytes writes the file.
func (f testFile) bytes() []byte {
	b := join([]byte(magic), long(2), text("avro.schema"), text(f.schema), text("avro.codec"), text(string(f.codec)), long(0), []byte(testSync))
	if f.codec == "" {
		b = join([]byte(magic), long(-1), long(1), text("avro.schema"), text(f.schema), long(0), []byte(testSync))
	}
	for _, block := range f.blocks {
		packed := pack(f.codec, block.data)
		b = join(b, long(int64(block.records)), long(int64(len(packed))), packed, []byte(testSync))
	}
	return b
}

// blockOf is the file with one block.
func blockOf(schema string, records int, data ...[]byte) []byte {
	return testFile{schema: schema, blocks: []testBlock{{records, join(data...)}}}.bytes()
}

// pack compresses a block.
func pack(c codec, data []byte) []byte {
	var out bytes.Buffer
	switch c {
	case codecDeflate:
		w, _ := flate.NewWriter(&out, 6)
		w.Write(data)
		w.Close()
	case codecSnappy:
		return binary.BigEndian.AppendUint32(s2.EncodeSnappy(nil, data), crc32.ChecksumIEEE(data))
	case codecZstd:
		w, _ := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1))
		return w.EncodeAll(data, nil)
	case codecXZ:
		w, _ := xz.NewWriter(&out)
		w.Write(data)
		w.Close()
	default:
		return data
	}
	return out.Bytes()
}
