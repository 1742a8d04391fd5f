package parquet

import (
	"github.com/seed-ede61cd5/sluice/abstract"
)

// The fields of the LogicalType union that are used.
const (
	logicalString    = 1
	logicalMap       = 2
	logicalList      = 3
	logicalEnum      = 4
	logicalDecimal   = 5
	logicalDate      = 6
	logicalTime      = 7
	logicalTimestamp = 8
	logicalInteger   = 10
	logicalUnknown   = 11
	logicalJSON      = 12
	logicalBSON      = 13
	logicalUUID      = 14
	logicalFloat16   = 15
)

// The old annotations, ConvertedType.
const (
	convertedUTF8 = iota
	convertedMap
	convertedMapKeyValue
	convertedList
	convertedEnum
	convertedDecimal
	convertedDate
	convertedTimeMillis
	convertedTimeMicros
	convertedTimestampMillis
	convertedTimestampMicros
	convertedUint8
	convertedUint16
	convertedUint32
	convertedUint64
	convertedInt8
	convertedInt16
	convertedInt32
	convertedInt64
	convertedJSON
	convertedBSON
	convertedInterval
)

// meaning is what the values of a leaf are.
type meaning int

const (
	means0 meaning = iota // nothing: every value is NULL
	meansBool
	meansInt
	meansUint
	meansFloat16
	meansFloat
	meansDouble
	meansDecimal
	meansDate
	meansTime
	meansTimestamp
	meansInt96 // a timestamp in 12 bytes
	meansText
	meansJSON
	meansBytes
	meansUUID
	meansInterval
)

// kind is a meaning with its parameters.
type kind struct {
	meaning
	bits             int // of meansUint: 8 to 64
	precision, scale int // of meansDecimal
	unit             int64
	utc              bool // of meansTimestamp: an instant, not a wall clock
}

// The units of times, as how many make a second.
const (
	millis int64 = 1_000
	micros int64 = 1_000_000
	nanos  int64 = 1_000_000_000
)

// kindOf tells what a leaf's values mean: by its LogicalType, else by its
// ConvertedType. One that is unknown, or does not go with the physical type,
// is as good as none.
func kindOf(e element) kind {
	k := logicalKind(e)
	if k.meaning < 0 {
		k = convertedKind(e)
	}
	if k.meaning >= 0 {
		return k
	}
	switch e.physical {
	case typeBoolean:
		return kind{meaning: meansBool}
	case typeInt32, typeInt64:
		return kind{meaning: meansInt}
	case typeInt96:
		return kind{meaning: meansInt96}
	case typeFloat:
		return kind{meaning: meansFloat}
	case typeDouble:
		return kind{meaning: meansDouble}
	}
	return kind{meaning: meansBytes}
}

// noKind is where an annotation says nothing.
var noKind = kind{meaning: -1}

func logicalKind(e element) kind {
	is32, is64 := e.physical == typeInt32, e.physical == typeInt64
	a := e.logical
	switch a.id {
	case logicalString, logicalEnum:
		return onBytes(e, meansText)
	case logicalJSON:
		return onBytes(e, meansJSON)
	case logicalBSON:
		return onBytes(e, meansBytes)
	case logicalUnknown:
		return kind{meaning: means0}
	case logicalDecimal:
		return decimalKind(e, a.precision, a.scale)
	case logicalDate:
		return on(is32, kind{meaning: meansDate})
	case logicalTime:
		unit := unitOf(a.unit)
		return on(unit == millis && is32 || unit > millis && is64, kind{meaning: meansTime, unit: unit})
	case logicalTimestamp:
		unit := unitOf(a.unit)
		return on(unit > 0 && is64, kind{meaning: meansTimestamp, unit: unit, utc: a.utc})
	case logicalInteger:
		if a.signed {
			return on(is32 || is64, kind{meaning: meansInt})
		}
		return on(is32 && a.bits <= 32 || is64, kind{meaning: meansUint, bits: int(a.bits)})
	case logicalUUID:
		return on(e.physical == typeFixed && e.length == 16, kind{meaning: meansUUID})
	case logicalFloat16:
		return on(e.physical == typeFixed && e.length == 2, kind{meaning: meansFloat16})
	}
	return noKind
}

func convertedKind(e element) kind {
	is32, is64 := e.physical == typeInt32, e.physical == typeInt64
	switch e.converted {
	case convertedUTF8, convertedEnum:
		return onBytes(e, meansText)
	case convertedJSON:
		return onBytes(e, meansJSON)
	case convertedBSON:
		return onBytes(e, meansBytes)
	case convertedDecimal:
		return decimalKind(e, e.precision, e.scale)
	case convertedDate:
		return on(is32, kind{meaning: meansDate})
	case convertedTimeMillis:
		return on(is32, kind{meaning: meansTime, unit: millis})
	case convertedTimeMicros:
		return on(is64, kind{meaning: meansTime, unit: micros})
	case convertedTimestampMillis:
		return on(is64, kind{meaning: meansTimestamp, unit: millis, utc: true})
	case convertedTimestampMicros:
		return on(is64, kind{meaning: meansTimestamp, unit: micros, utc: true})
	case convertedUint8, convertedUint16, convertedUint32, convertedUint64:
		bits := 8 << (e.converted - convertedUint8)
		return on(is32 && bits <= 32 || is64, kind{meaning: meansUint, bits: bits})
	case convertedInt8, convertedInt16, convertedInt32, convertedInt64:
		return on(is32 || is64, kind{meaning: meansInt})
	case convertedInterval:
		return on(e.physical == typeFixed && e.length == 12, kind{meaning: meansInterval})
	}
	return noKind
}

func on(fits bool, k kind) kind {
	if fits {
		return k
	}
	return noKind
}

func onBytes(e element, m meaning) kind {
	return on(e.physical == typeByteArray || e.physical == typeFixed, kind{meaning: m})
}

func decimalKind(e element, precision, scale int32) kind {
	number := e.physical == typeInt32 || e.physical == typeInt64 || e.physical == typeByteArray || e.physical == typeFixed
	return on(number && scale >= -1000 && scale <= 1000, kind{meaning: meansDecimal, precision: int(precision), scale: int(scale)})
}

func unitOf(id int16) int64 {
	switch id {
	case 1:
		return millis
	case 2:
		return micros
	case 3:
		return nanos
	}
	return 0
}

// natural is the type that a column gets where nobody asks for another.
func (k kind) natural() abstract.Type {
	switch k.meaning {
	case meansBool:
		return abstract.Bool
	case meansInt:
		return abstract.Int64
	case meansUint:
		if k.bits == 64 {
			return abstract.Decimal(20, 0)
		}
		return abstract.Int64
	case meansFloat16, meansFloat, meansDouble:
		return abstract.Float64
	case meansDecimal:
		if k.precision < 1 || k.precision > abstract.MaxPrecision || k.scale < 0 || k.scale > k.precision {
			return abstract.Text
		}
		return abstract.Decimal(k.precision, k.scale)
	case meansDate:
		return abstract.Date
	case meansTime:
		return abstract.Time
	case meansTimestamp:
		if k.utc {
			return abstract.TimestampTZ
		}
		return abstract.Timestamp
	case meansInt96:
		return abstract.Timestamp
	case meansJSON:
		return abstract.JSON
	case meansBytes:
		return abstract.Bytes
	case meansUUID:
		return abstract.UUID
	}
	return abstract.Text
}
