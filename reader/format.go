package reader

import (
	"context"
	"slices"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
	"github.com/seed-ede61cd5/sluice/pusher"
)

// File is one generation of one object.
type File struct {
	Bucket object.Bucket
	Info   object.Info
}

// ID is the file's identity.
func (f File) ID() abstract.ObjectID { return object.ID(f.Bucket, f.Info) }

// Format is one file format. Its methods may be called concurrently, for
// different files and for the same one.
type Format interface {
	// Name is the name that --format takes.
	Name() string
	// Sample reads the beginning of a file and tells how to read the whole.
	// hints are the user's own words; they win over what is found. A file
	// with nothing in it gives a Sample without columns.
	Sample(ctx context.Context, file File, hints Hints) (Sample, error)
	// Read decodes a file from req.Offset on and hands its chunks to emit, in
	// file order and one at a time. The chunks belong to emit. The last chunk
	// is Completed, and its last item is Last: that is emitted only after the
	// end of the file was seen and verified. Cancellation is an error, never
	// an end of file. Read returns when all its goroutines have ended.
	Read(ctx context.Context, req Request, emit Emit) error
}

// HintsChecker is a [Format] that can tell without any file that hints are wrong:
// what the user has to change before anything is read.
type HintsChecker interface {
	CheckHints(hints Hints) error
}

// Emit takes a chunk; see [pusher.Pusher].
type Emit func(ctx context.Context, chunk pusher.Chunk) error

// Hints are what the user said about the files. The zero value says nothing.
type Hints struct {
	Delimiter byte     // 0: the format's own
	Quote     byte     // 0: the format's own
	NoQuote   bool     // quotes are data
	Escape    byte     // before a byte that would mean something, so that it does not; 0: none
	Comment   string   // what lines begin with that are no records; empty: there are none
	SkipLines int      // how many lines stand before the header or the first record
	NoHeader  bool     // the first record is data
	Null      []string // unquoted cells that mean NULL, besides the empty one
	// Detect asks for the dialect to be detected, as far as the words above leave it
	// open; for formats that have dialects.
	Detect Detect
	// RecordsPath is the keys that lead to the records of a JSON document; empty
	// where they are not within an object.
	RecordsPath []string
	// AccessFormat is how the lines of an access log are written: "combined",
	// "common", a log_format of nginx or a LogFormat of Apache; empty: combined.
	AccessFormat string
	// Flatten is how many levels of objects within the records of JSON become
	// columns of their own, named PARENT_CHILD; 0: none, up to [MaxFlatten].
	Flatten int
	// ProtoMessage is the full name of the message that Protocol Buffers files are
	// made of, ProtoDescriptor the FileDescriptorSet that has it. Nobody changes it
	// any more.
	ProtoMessage    string
	ProtoDescriptor []byte
	// Rescue is the name of a column of type JSON, or empty. It takes what has no
	// place in a row of JSON, CSV, Parquet or Avro: see [Dialect.Rescue]. Not with Flatten.
	Rescue string
	// Encoding is one of [Encodings], or empty: UTF-8, or UTF-16 in a text that
	// begins with its byte order mark.
	Encoding string
	// MaxWindow is [Limits.MaxWindow] of the budget that the file is going to be
	// read with, 0 for the default's, so that a sample accepts what reading does.
	MaxWindow int64
	// Bounds are those that the file is going to be read with.
	Bounds Bounds
	// DialectOnly asks a Sample for the dialect alone: the columns come
	// without evidence, and of the file no more is read than their names.
	DialectOnly bool
}

// Detect says what is done about a dialect's detection.
type Detect int

const (
	DetectNothing Detect = iota // the hints and the format say all
	DetectToTell                // what the content looks like is told in [Sample.Detected]
	DetectToUse                 // and is what the file is read as
)

// Detected is what a file's content looks like.
type Detected struct {
	Dialect Dialect `json:"dialect"`
	// Flags are the words of the command line that make it so. There are none if the
	// sample's own dialect is the same.
	Flags []string `json:"flags,omitempty"`
}

// Dialect is how a file is to be read. It is kept in the ledger with the
// file, as JSON, so that a file is always resumed the way it was begun.
type Dialect struct {
	Format      string   `json:"format"`
	Compression string   `json:"compression,omitempty"` // "" or what package unpack calls it: "gzip", "zstd" …
	Encoding    string   `json:"encoding,omitempty"`    // "": UTF-8; else one of [Encodings], but not "utf-16"
	LineEnd     string   `json:"line_end,omitempty"`    // "": LF or CRLF; "cr": CR alone
	Delimiter   string   `json:"delimiter,omitempty"`
	Quote       string   `json:"quote,omitempty"` // "" where quotes are data
	Escape      string   `json:"escape,omitempty"`
	Comment     string   `json:"comment,omitempty"`
	SkipLines   int      `json:"skip_lines,omitempty"`
	Header      bool     `json:"header,omitempty"`
	Null        []string `json:"null,omitempty"`
	RecordsPath []string `json:"records_path,omitempty"`
	// ProtoMessage is [Hints.ProtoMessage], ProtoDigest a digest of what the
	// descriptor says of that message.
	ProtoMessage string `json:"proto_message,omitempty"`
	ProtoDigest  string `json:"proto_digest,omitempty"`
	// AccessFormat is [Hints.AccessFormat].
	AccessFormat string `json:"access_format,omitempty"`
	Flatten      int    `json:"flatten,omitempty"` // see [Hints.Flatten]
	// Rescue is a column of the rows, or empty. JSON, CSV, Parquet and Avro put an
	// object into it, of the values that do not fit their columns, which are NULL then, and of
	// those whose key or column the table lacks; else these make bad rows, or fail the
	// file. It cannot be left out.
	Rescue  string   `json:"rescue,omitempty"`
	Columns []string `json:"columns,omitempty"` // the file's columns, in file order
	Shaping *Shaping `json:"shaping,omitempty"` // what package shape makes of them, nil: nothing
}

// Sample is what the beginning of a file tells.
type Sample struct {
	Dialect Dialect
	// Columns are the file's columns with the evidence for their types.
	Columns []Evidence
	// Sparse tells that records name their columns themselves and may lack some,
	// so that Columns are but those of the records looked at. A new table then
	// has the columns of all such samples.
	Sparse bool
	// Records is how many records were looked at; Complete tells that this
	// was the whole file.
	Records  int
	Complete bool
	// Detected is what was found where [Hints.Detect] asked, nil if the format has no
	// dialects, or nothing to find any in.
	Detected *Detected
	// Notes are remarks for the user, such as a delimiter that looks wrong.
	Notes []string
}

// Bare tells that the sample says nothing of the types of any of the file's own
// columns.
func (s *Sample) Bare() bool {
	added := s.Dialect.AddedColumns()
	return !slices.ContainsFunc(s.Columns, func(e Evidence) bool { return e.Known() && !slices.Contains(added, e.Name) })
}

// OnBadRow says what becomes of a record that cannot be turned into a row.
type OnBadRow int

const (
	FailFile   OnBadRow = iota // the file fails; its rows before the record stay
	SkipRow                    // the record is counted, located and left out
	Quarantine                 // and delivered as well, see [Request.Rejects]
)

// GoesOn tells whether a file is read on after a bad record.
func (o OnBadRow) GoesOn() bool { return o != FailFile }

// Refusal is a record that the target does not take although it is a row by
// the rules of the format.
type Refusal struct {
	// From and To are offsets. The record is the one that begins at From or
	// later, and before To.
	From, To int64
	Reason   string
}

// Refusals are records that the target does not take.
type Refusals []Refusal

// Find returns the reason if a record that begins there is one of them.
func (r Refusals) Find(offset int64) (reason string, refused bool) {
	for i := range r {
		if r[i].From <= offset && offset < r[i].To {
			return r[i].Reason, true
		}
	}
	return "", false
}

// Request asks for the rows of a file.
type Request struct {
	File    File
	Dialect Dialect
	// ProtoDescriptor is [Hints.ProtoDescriptor], for files of that format.
	ProtoDescriptor []byte
	// Schema is the columns to deliver, in this order, whatever the file's
	// own order. A column that the file lacks is NULL; a column of the file
	// that is not in Schema fails the file.
	Schema abstract.Schema
	// LeaveOut, if not nil, tells of a column of the file, by its name there,
	// that its values are to be left out, whether or not Schema has it. It is
	// called concurrently, and answers the same each time.
	LeaveOut func(name string) bool
	// NewColumn, if not nil, tells of a key of a record, where records name their
	// columns themselves, that a column could be made for it. The file then ends,
	// with a [*NewColumnsError], before the first record that has a value there and
	// is good otherwise. It is asked of keys that Schema has no column for, and
	// called as LeaveOut is.
	NewColumn func(name string) bool
	// Widen, if not nil, tells of a column of Schema, with what was seen of it in
	// text or JSON, that its type could be changed to one which holds that. The file
	// then ends, with a [*NewColumnsError], before the first record with a value that
	// does not fit and for which Widen answers so. It is called as LeaveOut is.
	Widen func(Evidence) bool
	// Table and LedgerID go into the items.
	Table    string
	LedgerID int64
	// Offset is where to begin, Records the number of records before it
	// (Invariant 5: an offset fixes exactly the records before it).
	Offset, Records int64
	OnBadRow        OnBadRow
	// Rejects is the table that rejected records go to under [Quarantine],
	// with the columns of [abstract.RejectedSchema]. They are the second item of
	// a chunk that has some; see [abstract.Origin].
	Rejects string
	// Refused are records to be rejected whatever the format makes of them. It
	// takes an OnBadRow that goes on.
	Refused Refusals
	// Locate asks for the chunks' Starts.
	Locate bool
	// BatchRows is the largest number of rows of a batch, 0 for
	// [DefaultBatchRows]. BatchBytes is the most bytes of the file that a batch
	// is made from, 0 for what the budget allows; a longer record is a batch of
	// its own. Neither changes which rows are read.
	BatchRows  int
	BatchBytes int64
	// Limits bounds memory and parallelism; it is shared between files. It
	// must not be nil.
	Limits *Limits
}
