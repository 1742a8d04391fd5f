package readertest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// TaxiJSON makes JSON lines of n records of the table that package csv is measured
// with, to measure the formats that such records come in.
func TaxiJSON(n int) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	zones := []string{"Midtown", "JFK Airport", "East Harlem North", "SoHo", "", "Astoria"}
	for i := range n {
		zone := zones[r.IntN(len(zones))]
		if i%50 == 0 {
			zone = `Jamaica, \"Bay\"`
		}
		fmt.Fprintf(&b, `{"id":%d,"vendor":%d,"pickup":"2024-%02d-%02d %02d:%02d:%02d","dropoff":"2024-%02d-%02d %02d:%02d:%02d",`+
			`"passengers":%d,"distance":%.2f,"rate":%d,"zone":"%s","payment":"%s","fare":%.2f,"tip":%.2f,"day":"2024-%02d-%02d"}`+"\n",
			i+1, r.IntN(3), 1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60),
			1+r.IntN(12), 1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60),
			r.IntN(7), r.Float64()*30, 1+r.IntN(6), zone, []string{"card", "cash"}[r.IntN(2)],
			r.Float64()*100, r.Float64()*20, 1+r.IntN(12), 1+r.IntN(28))
	}
	return b.Bytes()
}
