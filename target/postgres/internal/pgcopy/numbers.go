package pgcopy

import (
	"encoding/binary"
	"math"
)

// newInts returns the cells of integers for a column that may be narrower.
func newInts(c Column, values []int64) cells {
	switch c.Wire {
	case Int2:
		return int2s(values)
	case Int4:
		return int4s(values)
	}
	return int8s(values)
}

type (
	int2s   []int64
	int4s   []int64
	int8s   []int64
	float4s []float64
	float8s []float64
)

func (c int2s) append(buf []byte, row int) ([]byte, error) {
	n := c[row]
	if int64(int16(n)) != n {
		return buf, refuse("%d is out of range of smallint", n)
	}
	return binary.BigEndian.AppendUint16(append(buf, 0, 0, 0, 2), uint16(n)), nil
}

func (c int4s) append(buf []byte, row int) ([]byte, error) {
	n := c[row]
	if int64(int32(n)) != n {
		return buf, refuse("%d is out of range of integer", n)
	}
	return appendInt4(buf, int32(n)), nil
}

func (c int8s) append(buf []byte, row int) ([]byte, error) { return appendInt8(buf, c[row]), nil }

func (c float4s) append(buf []byte, row int) ([]byte, error) {
	wide := c[row]
	narrow := float32(wide)
	if float64(narrow) != wide && !math.IsNaN(wide) {
		return buf, refuse("%v is not exactly a real: make the column double precision", wide)
	}
	return appendInt4(buf, int32(math.Float32bits(narrow))), nil
}

func (c float8s) append(buf []byte, row int) ([]byte, error) {
	return appendInt8(buf, int64(math.Float64bits(c[row]))), nil
}
