package abstract

import (
	"encoding/json"
	"fmt"
	"strconv"
)

// ObjectID names one generation of one object. Two reads that see the same
// ObjectID see the same bytes. Together with a pipeline's name it is the
// identity under which the ledger keeps an object's progress.
type ObjectID struct {
	// Bucket is where the object lives: "s3://name" or "file://".
	Bucket string
	// Key is the object's name in its bucket, byte for byte. It need not be
	// valid UTF-8 and may hold any byte that the store allows.
	Key string
	// Generation changes whenever the object's content does. Stores build it
	// from what a listing tells, such as the ETag and the size.
	Generation string
}

// LocalBucket is the bucket of all local files; their keys are absolute paths.
const LocalBucket = "file://"

// String is for people: bucket and key, or a local file's path, in Go's
// quotes if it holds unprintable bytes.
func (id ObjectID) String() string {
	name := id.Bucket + "/" + id.Key
	if id.Bucket == LocalBucket {
		name = id.Key
	}
	if q := strconv.Quote(name); q != `"`+name+`"` {
		return q
	}
	return name
}

// Origin is the stretch of an object that an item stands for: the records
// after offset Before, up to offset After. It travels with the rows so that a
// transactional target can record the progress in the transaction that
// stores them.
//
// An offset fixes exactly the records before it and grows with every item
// that holds records. Its unit belongs to the format: the byte after the last
// record for text (of the decompressed stream when there is one), the index
// of the next row for Parquet. An object starts at offset 0.
type Origin struct {
	// LedgerID is the object's row in the target's ledger, 0 where no ledger
	// is kept.
	LedgerID int64
	// Object is the object the item was read from.
	Object ObjectID
	// Before and After are the offsets where the stretch begins and ends.
	Before, After int64
	// Rows counts the object's rows to be stored, Rejected the records that were
	// read but are none. Records read = Rows + Rejected, always, summed up over
	// the items of a stretch. Where rejected records are kept (RejectedSchema),
	// they are a second item of the chunk, for another table: it stands where
	// the first one ends, Before = After, counts them as Rejected, and has no
	// Rows, however many its batch has. The first item then has no Rejected.
	Rows, Rejected int64
	// Bytes is how much of the object the stretch covers: decompressed bytes
	// for text, the rows' share of the file for Parquet.
	Bytes int64
	// Last is set on the item that ends the object, and only after its true
	// end was seen and verified.
	Last bool
	// Reason tells why records of the stretch were rejected, for the first of
	// them. It is empty when Rejected is 0.
	Reason string
	// Opening is set on the first item of an object that is begun at offset
	// 0, and nil elsewhere.
	Opening *Opening
	// Replaces are the ledger ids of entries that the object takes the place
	// of: other generations of it, or an earlier load of this one. Their rows
	// and their entries go in the transaction that stores this object's end,
	// which is the one that stores all of the object that was not stored yet.
	// Every item of such an object has the same ids here.
	Replaces []int64
}

// Opening is how an object is read. It is stored with the object's first rows
// so that the object is always resumed the way it was begun.
type Opening struct {
	Schema  Schema
	Dialect json.RawMessage
}

// String names the object and the stretch.
func (o Origin) String() string {
	return fmt.Sprintf("%s [%d,%d)", o.Object, o.Before, o.After)
}
