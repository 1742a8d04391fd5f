package cli

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"iter"
	"math/rand/v2"
	"strconv"
	"time"
)

// demoOrder is a row of the demo.
type demoOrder struct {
	ID        int64   `json:"order_id"`
	OrderedAt string  `json:"ordered_at"`
	Customer  string  `json:"customer"`
	Country   *string `json:"country"`
	Product   string  `json:"product"`
	Quantity  int64   `json:"quantity"`
	Cents     int64   `json:"cents"`
	Paid      bool    `json:"paid"`
	Note      *string `json:"note"`
}

// demoTime is how the demo writes times.
const demoTime = "2006-01-02 15:04:05"

// demoOrders are n orders, whose ids follow firstID. They are the same each
// time.
func demoOrders(firstID, n int64) iter.Seq[demoOrder] {
	return func(yield func(demoOrder) bool) {
		random := rand.New(rand.NewPCG(1, uint64(firstID)))
		for id := firstID + 1; id <= firstID+n; id++ {
			if !yield(randomOrder(id, random)) {
				return
			}
		}
	}
}

// randomOrder is an order with the things that real exports have: quotes,
// commas and line breaks inside of values, and values that are missing.
func randomOrder(id int64, random *rand.Rand) demoOrder {
	customers := [...]string{"Ada Lovelace", "Turing, Alan", "Grace Hopper", "Noether", `O"Neil, Kate`, "Dijkstra", "Ноздрёв", "李小龍"}
	countries := [...]string{"DE", "US", "BR", "IN", "JP", "NG", "FR"}
	products := [...]string{"lamp", "desk", "chair, red", "shelf", "rug", "mirror", "clock", "vase"}
	notes := [...]string{"gift", "leave at door, please", "two\nlines", `says "hello"`, "urgent"}
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(random.Int64N(330*24*3600)) * time.Second)
	row := demoOrder{
		ID: id, OrderedAt: day.Format(demoTime), Customer: customers[random.IntN(len(customers))],
		Product: products[random.IntN(len(products))], Quantity: 1 + random.Int64N(9), Cents: 100 + random.Int64N(250_000),
		Paid: random.IntN(10) > 0,
	}
	if n := random.IntN(len(countries) + 1); n < len(countries) {
		row.Country = &countries[n]
	}
	if n := random.IntN(len(notes) + 3); n < len(notes) {
		row.Note = &notes[n]
	}
	return row
}

// demoEncoder writes rows to w in the format of that extension. finish must be
// called after the last one.
func demoEncoder(w io.Writer, extension string) (encode func(demoOrder) error, finish func() error) {
	if extension == ".jsonl" {
		lines := json.NewEncoder(w)
		return func(row demoOrder) error { return lines.Encode(row) }, func() error { return nil }
	}
	lines := csv.NewWriter(w)
	header := []string{"order_id", "ordered_at", "customer", "country", "product", "quantity", "cents", "paid", "note"}
	encode = func(row demoOrder) error {
		if header != nil {
			if err := lines.Write(header); err != nil {
				return err
			}
			header = nil
		}
		return lines.Write([]string{strconv.FormatInt(row.ID, 10), row.OrderedAt, row.Customer, orEmpty(row.Country), row.Product,
			strconv.FormatInt(row.Quantity, 10), strconv.FormatInt(row.Cents, 10), strconv.FormatBool(row.Paid), orEmpty(row.Note)})
	}
	return encode, func() error { lines.Flush(); return lines.Error() }
}

func orEmpty(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
