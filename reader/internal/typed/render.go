package typed

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"
	"time"

	"github.com/apache/arrow-go/v18/arrow/decimal128"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// maxDecimalBytes is the longest decimal that is read: 2,465 digits.
const maxDecimalBytes = 1024

// appendInt32 renders an INT32 or FLOAT value.
func (k Kind) appendInt32(b []byte, v int32) ([]byte, string) {
	switch k.Meaning {
	case Int:
		return strconv.AppendInt(b, int64(v), 10), ""
	case Uint:
		return strconv.AppendUint(b, uint64(uint32(v)), 10), ""
	case Float:
		return appendFloat(b, float64(math.Float32frombits(uint32(v))), 32), ""
	case Decimal:
		return appendDecimal(b, decimal128.FromI64(int64(v)), k.Scale), ""
	case Date:
		return appendDate(b, int64(v)), ""
	case Time:
		return k.appendTime(b, int64(v))
	}
	return b, "a value in a column that has none"
}

// appendInt64 renders an INT64 or DOUBLE value.
func (k Kind) appendInt64(b []byte, v int64) ([]byte, string) {
	switch k.Meaning {
	case Int:
		return strconv.AppendInt(b, v, 10), ""
	case Uint:
		return strconv.AppendUint(b, uint64(v), 10), ""
	case Double:
		return appendFloat(b, math.Float64frombits(uint64(v)), 64), ""
	case Decimal:
		return appendDecimal(b, decimal128.FromI64(v), k.Scale), ""
	case Time:
		return k.appendTime(b, v)
	case Timestamp:
		seconds := floorDiv(v, k.Unit)
		return appendTimestamp(b, seconds, (v-seconds*k.Unit)*(Nanos/k.Unit), k.UTC), ""
	}
	return b, "a value in a column that has none"
}

// appendBytes renders a value of bytes.
func (k Kind) appendBytes(b, v []byte) ([]byte, string) {
	switch k.Meaning {
	case Text, JSON, Bytes:
		return append(b, v...), ""
	case UUID:
		return abstract.AppendUUID(b, v), ""
	case Float16:
		return appendFloat(b, float64(float16(v)), 32), ""
	case Int96:
		seconds, ns := int96(v)
		return appendTimestamp(b, seconds, ns, false), ""
	case Interval:
		return appendInterval(b, v), ""
	case Decimal:
		if len(v) > maxDecimalBytes {
			return b, "a decimal of " + strconv.Itoa(len(v)) + " bytes is not read"
		}
		if n, ok := decimalOf(v); ok {
			return appendDecimal(b, n, k.Scale), ""
		}
		return appendPoint(b, bigOf(v).String(), k.Scale), ""
	}
	return b, "a value in a column that has none"
}

func appendBool(b []byte, v bool) ([]byte, string) { return strconv.AppendBool(b, v), "" }

// appendFloat writes the shortest number that reads back as f in its width.
func appendFloat(b []byte, f float64, bits int) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, bits)
}

// float16 widens a half-precision number of IEEE 754.
func float16(v []byte) float32 {
	h := uint32(binary.LittleEndian.Uint16(v))
	sign, exponent, fraction := h>>15<<31, h>>10&31, h&1023
	switch exponent {
	case 0:
		f := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 31:
		return math.Float32frombits(sign | 0xff<<23 | fraction<<13)
	}
	return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
}

// decimalOf reads a big-endian number of up to 16 bytes. An empty one is 0.
func decimalOf(v []byte) (decimal128.Num, bool) {
	if len(v) == 0 {
		return decimal128.Num{}, true
	}
	fill := byte(int8(v[0]) >> 7)
	for len(v) > 16 && v[0] == fill && int8(v[1])>>7 == int8(fill) {
		v = v[1:]
	}
	if len(v) > 16 {
		return decimal128.Num{}, false
	}
	var w [16]byte
	for i := range w {
		w[i] = fill
	}
	copy(w[16-len(v):], v)
	return decimal128.New(int64(binary.BigEndian.Uint64(w[:8])), binary.BigEndian.Uint64(w[8:])), true
}

// bigOf reads a big-endian number of any length.
func bigOf(v []byte) *big.Int {
	n := new(big.Int).SetBytes(v)
	if v[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(v))))
	}
	return n
}

func appendDecimal(b []byte, n decimal128.Num, scale int) []byte {
	if int64(n.LowBits()) >= 0 && n.HighBits() == 0 || int64(n.LowBits()) < 0 && n.HighBits() == -1 {
		var digits [20]byte
		return appendPoint(b, string(strconv.AppendInt(digits[:0], int64(n.LowBits()), 10)), scale)
	}
	return appendPoint(b, n.BigInt().String(), scale)
}

// appendPoint writes digits with the point before the last scale of them. A
// negative scale stands for zeros.
func appendPoint(b []byte, digits string, scale int) []byte {
	if digits[0] == '-' {
		b, digits = append(b, '-'), digits[1:]
	}
	if scale <= 0 {
		b = append(b, digits...)
		if digits != "0" {
			for range -scale {
				b = append(b, '0')
			}
		}
		return b
	}
	if n := len(digits) - scale; n > 0 {
		b, digits = append(b, digits[:n]...), digits[n:]
	} else {
		b = append(b, '0')
	}
	b = append(b, '.')
	for range scale - len(digits) {
		b = append(b, '0')
	}
	return append(b, digits...)
}

func appendDate(b []byte, days int64) []byte {
	return time.Unix(days*86400, 0).UTC().AppendFormat(b, "2006-01-02")
}

// appendTime writes a time of day with as many decimals as it needs.
func (k Kind) appendTime(b []byte, v int64) ([]byte, string) {
	if v < 0 || v >= 86400*k.Unit {
		return b, strconv.FormatInt(v, 10) + " is not within a day"
	}
	return time.Unix(v/k.Unit, v%k.Unit*(Nanos/k.Unit)).UTC().AppendFormat(b, "15:04:05.999999999"), ""
}

func appendTimestamp(b []byte, seconds, ns int64, utc bool) []byte {
	b = time.Unix(seconds, ns).UTC().AppendFormat(b, "2006-01-02 15:04:05.999999999")
	if utc {
		b = append(b, 'Z')
	}
	return b
}

// int96 reads nanoseconds of a day and a Julian day, as Impala writes them.
func int96(v []byte) (seconds, ns int64) {
	const julian1970 = 2440588
	inDay := int64(binary.LittleEndian.Uint64(v))
	days := int64(int32(binary.LittleEndian.Uint32(v[8:]))) - julian1970
	seconds = floorDiv(inDay, Nanos)
	return days*86400 + seconds, inDay - seconds*Nanos
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// appendInterval writes the form of ISO 8601 with all three parts, which have
// no fixed length in one another: P1M2DT3.004S.
func appendInterval(b, v []byte) []byte {
	ms := binary.LittleEndian.Uint32(v[8:])
	b = strconv.AppendUint(append(b, 'P'), uint64(binary.LittleEndian.Uint32(v)), 10)
	b = strconv.AppendUint(append(b, 'M'), uint64(binary.LittleEndian.Uint32(v[4:])), 10)
	b = strconv.AppendUint(append(b, 'D', 'T'), uint64(ms/1000), 10)
	b = append(b, '.', '0'+byte(ms/100%10), '0'+byte(ms/10%10), '0'+byte(ms%10))
	return append(b, 'S')
}
