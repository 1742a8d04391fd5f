package typed

import "github.com/seed-ede61cd5/sluice/abstract"

// Meaning is what values are.
type Meaning int

// The meanings.
const (
	Nothing Meaning = iota // every value is NULL
	Bool
	Int
	Uint
	Float16
	Float
	Double
	Decimal
	Date
	Time
	Timestamp
	Int96 // a timestamp in 12 bytes
	Text
	JSON
	Bytes
	UUID
	Interval // months, days and milliseconds in 12 bytes
)

// Kind is a meaning with its parameters.
type Kind struct {
	Meaning
	Bits             int   // of Uint: 8 to 64
	Precision, Scale int   // of Decimal
	Unit             int64 // of Time and Timestamp
	UTC              bool  // of Timestamp: an instant, not a wall clock
}

// The units of times, as how many make a second.
const (
	Millis int64 = 1_000
	Micros int64 = 1_000_000
	Nanos  int64 = 1_000_000_000
)

// Natural is the type that a column gets where nobody asks for another.
func (k Kind) Natural() abstract.Type {
	switch k.Meaning {
	case Bool:
		return abstract.Bool
	case Int:
		return abstract.Int64
	case Uint:
		if k.Bits == 64 {
			return abstract.Decimal(20, 0)
		}
		return abstract.Int64
	case Float16, Float, Double:
		return abstract.Float64
	case Decimal:
		if k.Precision < 1 || k.Precision > abstract.MaxPrecision || k.Scale < 0 || k.Scale > k.Precision {
			return abstract.Text
		}
		return abstract.Decimal(k.Precision, k.Scale)
	case Date:
		return abstract.Date
	case Time:
		return abstract.Time
	case Timestamp:
		if k.UTC {
			return abstract.TimestampTZ
		}
		return abstract.Timestamp
	case Int96:
		return abstract.Timestamp
	case JSON:
		return abstract.JSON
	case Bytes:
		return abstract.Bytes
	case UUID:
		return abstract.UUID
	}
	return abstract.Text
}

// Raw tells whether the values are stored as their bytes are, in columns of text.
func (k Kind) Raw() bool { return k.Meaning == Text || k.Meaning == JSON || k.Meaning == Bytes }
