// Package orders is the model that whole loads are compared with: a table of
// orders in which every cell follows from the row's number, and files that
// hold stretches of it.
package orders

import (
	"database/sql"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Header is the first line of every file.
const Header = "id,n,x,day,at,ok,name,note\n"

// Row is one row of the model.
type Row struct {
	ID   int64
	N    sql.NullInt64
	X    float64
	Day  time.Time
	At   time.Time
	OK   bool
	Name string
	Note sql.NullString
}

var notes = []string{"", `""`, "plain", `"with, comma"`, "\"two\r\nlines\"", `"say ""hi"""`, "Ünïcödé 漢字", "x"}

// noteValues are the values of notes: a field without quotes is NULL when
// empty, one with quotes is the empty text.
var noteValues = []sql.NullString{{}, {Valid: true}, text("plain"), text("with, comma"), text("two\r\nlines"), text(`say "hi"`), text("Ünïcödé 漢字"), text("x")}

func text(s string) sql.NullString { return sql.NullString{String: s, Valid: true} }

// At is the model's row of that number.
func At(id int64) Row {
	h := uint64(id) * 0x9e3779b97f4a7c15
	row := Row{
		ID:   id,
		N:    sql.NullInt64{Int64: int64(h), Valid: h%11 != 0},
		X:    float64(int64(h>>20)%1_000_000) / 64,
		Day:  time.Date(2000, 1, 1+int(h%9000), 0, 0, 0, 0, time.UTC),
		At:   time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(h%100_000_000_000) * time.Microsecond),
		OK:   h&4 == 0,
		Name: "name-" + strconv.FormatUint(h%5000, 10),
	}
	row.Note = noteValues[(h>>8)%uint64(len(notes))]
	return row
}

func noteText(id int64) string {
	h := uint64(id) * 0x9e3779b97f4a7c15
	return notes[(h>>8)%uint64(len(notes))]
}

// AppendLine appends a row as a line of CSV.
func AppendLine(b []byte, id int64) []byte {
	row := At(id)
	b = strconv.AppendInt(b, row.ID, 10)
	b = append(b, ',')
	if row.N.Valid {
		b = strconv.AppendInt(b, row.N.Int64, 10)
	}
	b = append(b, ',')
	b = strconv.AppendFloat(b, row.X, 'f', -1, 64)
	b = append(b, ',')
	b = row.Day.AppendFormat(b, "2006-01-02")
	b = append(b, ',')
	b = row.At.AppendFormat(b, "2006-01-02 15:04:05.000000")
	b = append(b, ',')
	b = strconv.AppendBool(b, row.OK)
	b = append(b, ',')
	b = append(b, row.Name...)
	b = append(b, ',')
	b = append(b, noteText(id)...)
	return append(b, '\n')
}

// Compare reads the table row by row and returns how it first differs from
// the model's rows 0 to total.
func Compare(db *sql.DB, table string, total int64) error {
	rows, err := db.Query(`SELECT id, n, x, day, "at", ok, name, note FROM ` + table + ` ORDER BY id`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var want int64
	for rows.Next() {
		var got Row
		if err := rows.Scan(&got.ID, &got.N, &got.X, &got.Day, &got.At, &got.OK, &got.Name, &got.Note); err != nil {
			return err
		}
		switch {
		case got.ID < want:
			return fmt.Errorf("row %d is there twice", got.ID)
		case got.ID > want:
			return fmt.Errorf("row %d is lost", want)
		}
		if err := equal(got, At(want)); err != nil {
			return fmt.Errorf("row %d: %w", want, err)
		}
		want++
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if want != total {
		return fmt.Errorf("the table ends after %d rows of %d", want, total)
	}
	return nil
}

func equal(got, want Row) error {
	if !want.N.Valid {
		want.N.Int64 = 0
	}
	if got.N != want.N || math.Float64bits(got.X) != math.Float64bits(want.X) || !got.Day.Equal(want.Day) ||
		!got.At.Equal(want.At) || got.OK != want.OK || got.Name != want.Name || got.Note != want.Note {
		return fmt.Errorf("got %+v, want %+v", got, want)
	}
	return nil
}
