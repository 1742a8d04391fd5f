package parquet

import "github.com/seed-ede61cd5/sluice/reader/internal/typed"

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

// kindOf tells what a leaf's values mean: by its LogicalType, else by its
// ConvertedType. One that is unknown, or does not go with the physical type,
// is as good as none.
func kindOf(e element) typed.Kind {
	k := logicalKind(e)
	if k.Meaning < 0 {
		k = convertedKind(e)
	}
	if k.Meaning >= 0 {
		return k
	}
	switch e.physical {
	case typeBoolean:
		return typed.Kind{Meaning: typed.Bool}
	case typeInt32, typeInt64:
		return typed.Kind{Meaning: typed.Int}
	case typeInt96:
		return typed.Kind{Meaning: typed.Int96}
	case typeFloat:
		return typed.Kind{Meaning: typed.Float}
	case typeDouble:
		return typed.Kind{Meaning: typed.Double}
	}
	return typed.Kind{Meaning: typed.Bytes}
}

// noKind is where an annotation says nothing.
var noKind = typed.Kind{Meaning: -1}

func logicalKind(e element) typed.Kind {
	is32, is64 := e.physical == typeInt32, e.physical == typeInt64
	a := e.logical
	switch a.id {
	case logicalString, logicalEnum:
		return onBytes(e, typed.Text)
	case logicalJSON:
		return onBytes(e, typed.JSON)
	case logicalBSON:
		return onBytes(e, typed.Bytes)
	case logicalUnknown:
		return typed.Kind{Meaning: typed.Nothing}
	case logicalDecimal:
		return decimalKind(e, a.precision, a.scale)
	case logicalDate:
		return on(is32, typed.Kind{Meaning: typed.Date})
	case logicalTime:
		unit := unitOf(a.unit)
		return on(unit == typed.Millis && is32 || unit > typed.Millis && is64, typed.Kind{Meaning: typed.Time, Unit: unit})
	case logicalTimestamp:
		unit := unitOf(a.unit)
		return on(unit > 0 && is64, typed.Kind{Meaning: typed.Timestamp, Unit: unit, UTC: a.utc})
	case logicalInteger:
		if a.signed {
			return on(is32 || is64, typed.Kind{Meaning: typed.Int})
		}
		return on(is32 && a.bits <= 32 || is64, typed.Kind{Meaning: typed.Uint, Bits: int(a.bits)})
	case logicalUUID:
		return on(e.physical == typeFixed && e.length == 16, typed.Kind{Meaning: typed.UUID})
	case logicalFloat16:
		return on(e.physical == typeFixed && e.length == 2, typed.Kind{Meaning: typed.Float16})
	}
	return noKind
}

func convertedKind(e element) typed.Kind {
	is32, is64 := e.physical == typeInt32, e.physical == typeInt64
	switch e.converted {
	case convertedUTF8, convertedEnum:
		return onBytes(e, typed.Text)
	case convertedJSON:
		return onBytes(e, typed.JSON)
	case convertedBSON:
		return onBytes(e, typed.Bytes)
	case convertedDecimal:
		return decimalKind(e, e.precision, e.scale)
	case convertedDate:
		return on(is32, typed.Kind{Meaning: typed.Date})
	case convertedTimeMillis:
		return on(is32, typed.Kind{Meaning: typed.Time, Unit: typed.Millis})
	case convertedTimeMicros:
		return on(is64, typed.Kind{Meaning: typed.Time, Unit: typed.Micros})
	case convertedTimestampMillis:
		return on(is64, typed.Kind{Meaning: typed.Timestamp, Unit: typed.Millis, UTC: true})
	case convertedTimestampMicros:
		return on(is64, typed.Kind{Meaning: typed.Timestamp, Unit: typed.Micros, UTC: true})
	case convertedUint8, convertedUint16, convertedUint32, convertedUint64:
		bits := 8 << (e.converted - convertedUint8)
		return on(is32 && bits <= 32 || is64, typed.Kind{Meaning: typed.Uint, Bits: bits})
	case convertedInt8, convertedInt16, convertedInt32, convertedInt64:
		return on(is32 || is64, typed.Kind{Meaning: typed.Int})
	case convertedInterval:
		return on(e.physical == typeFixed && e.length == 12, typed.Kind{Meaning: typed.Interval})
	}
	return noKind
}

func on(fits bool, k typed.Kind) typed.Kind {
	if fits {
		return k
	}
	return noKind
}

func onBytes(e element, m typed.Meaning) typed.Kind {
	return on(e.physical == typeByteArray || e.physical == typeFixed, typed.Kind{Meaning: m})
}

func decimalKind(e element, precision, scale int32) typed.Kind {
	number := e.physical == typeInt32 || e.physical == typeInt64 || e.physical == typeByteArray || e.physical == typeFixed
	return on(number && scale >= -1000 && scale <= 1000, typed.Kind{Meaning: typed.Decimal, Precision: int(precision), Scale: int(scale)})
}

func unitOf(id int16) int64 {
	switch id {
	case 1:
		return typed.Millis
	case 2:
		return typed.Micros
	case 3:
		return typed.Nanos
	}
	return 0
}
