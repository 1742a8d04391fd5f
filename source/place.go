package source

import "github.com/seed-ede61cd5/sluice/object"

// Place is a location with the bucket it is in.
type Place struct {
	Bucket   object.Bucket
	Location Location
}
