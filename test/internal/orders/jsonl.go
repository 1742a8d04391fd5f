package orders

import (
	"encoding/json"
	"strconv"
)

// appendObject appends a row as a line of JSON. A column without a value is
// null in some rows and left out in others.
func appendObject(b []byte, id int64) []byte {
	row := At(id)
	b = append(b, `{"id":`...)
	b = strconv.AppendInt(b, row.ID, 10)
	switch {
	case row.N.Valid:
		b = append(b, `,"n":`...)
		b = strconv.AppendInt(b, row.N.Int64, 10)
	case id%2 == 0:
		b = append(b, `,"n":null`...)
	}
	b = append(b, `,"x":`...)
	b = strconv.AppendFloat(b, row.X, 'f', -1, 64)
	b = append(b, `,"day":"`...)
	b = row.Day.AppendFormat(b, "2006-01-02")
	b = append(b, `","at":"`...)
	b = row.At.AppendFormat(b, "2006-01-02T15:04:05.000000")
	b = append(b, `","ok":`...)
	b = strconv.AppendBool(b, row.OK)
	b = append(b, `,"name":"`...)
	b = append(b, row.Name...)
	b = append(b, '"')
	if row.Note.Valid {
		note, _ := json.Marshal(row.Note.String) // a string never fails
		b = append(append(b, `,"note":`...), note...)
	}
	return append(b, '}', '\n')
}
