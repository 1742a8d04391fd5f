package abstract

// RejectedSchema is the columns in which rejected records are kept, where they
// are kept: a table of them has these, in this order, and the ledger id.
//
//	object       the object's name, as [ObjectID.String] writes it
//	record       the record's number in the object, from 1
//	byte_offset  where it begins, in bytes of the decompressed object; NULL
//	             for formats whose records have no such place
//	reason       why it is not a row
//	raw          its bytes as they are in the object, without the line end;
//	             NULL for formats whose records are not a run of bytes
//	rejected_at  when that was found
func RejectedSchema() Schema {
	return Schema{
		{Name: "object", Type: Text},
		{Name: "record", Type: Int64},
		{Name: "byte_offset", Type: Int64},
		{Name: "reason", Type: Text},
		{Name: "raw", Type: Bytes},
		{Name: "rejected_at", Type: TimestampTZ},
	}
}
