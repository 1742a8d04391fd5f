package main

// store is the tests of the S3 driver.
var store = tests{"object/s3", ""}

// mutants are those of FAULTS §7 that have a place in the code, and others.
var mutants = []mutant{
	{
		"ack before push: a file is reported before the flush", "transfer/flush.go",
		[]edit{{"	if err := w.session.Flush(); err != nil {\n", "	for _, j := range w.read {\n\t\tw.finish(ctx, j)\n\t}\n\tw.read = nil\n	if err := w.session.Flush(); err != nil {\n"}},
		tests{"transfer", "TestDoneOnlyAfterTheCommit"},
	},
	{
		"ack before push: the queue answers without the sink", "parsequeue/stages.go",
		[]edit{{"	err, ok := <-j.answer\n	if !ok {\n		return errNoAnswer\n	}\n	return err\n", "	return nil\n"}},
		tests{"parsequeue", ""},
	},
	{
		"ledger write in its own transaction: DuckDB", "target/duckdb/commit.go",
		[]edit{{"	progress := t.progress.Sorted()\n", "	progress := t.progress.Sorted()\n	_ = w.exec(ctx, \"COMMIT\")\n	_ = w.exec(ctx, \"BEGIN\")\n"}},
		tests{"target/duckdb", "Conformance/default/(Conflicts|Progress|Sessions)"},
	},
	{
		"ledger write in its own transaction: PostgreSQL", "target/postgres/commit.go",
		[]edit{{"	progress := t.progress.Sorted()\n", "	progress := t.progress.Sorted()\n	_ = t.target.batch(t.ctx, t.lane.conn, \"COMMIT; BEGIN\")\n"}},
		tests{"test/postgres", "Conformance//(Conflicts|Progress|Sessions)"},
	},
	{
		"ignore the compare-and-set", "ledger/advance.go",
		[]edit{{" AND l.read_offset = p.offset_before AND", " AND l.read_offset >= 0 AND p.offset_before >= 0 AND"}},
		tests{"target/duckdb", "Conformance/default/(Conflicts|Progress|Sessions)"},
	},
	{
		"ignore the compare-and-set: the simulation", "ledger/advance.go",
		[]edit{{" AND l.read_offset = p.offset_before AND", " AND l.read_offset >= 0 AND p.offset_before >= 0 AND"}},
		tests{"transfer", "TestSimulation"},
	},
	{
		"ack before push: the simulation", "transfer/flush.go",
		[]edit{{"	if err := w.session.Flush(); err != nil {\n", "	for _, j := range w.read {\n\t\tw.finish(ctx, j)\n\t}\n\tw.read = nil\n	if err := w.session.Flush(); err != nil {\n"}},
		tests{"transfer", "TestSimulation"},
	},
	{
		"rows for an object that is done", "ledger/advance.go",
		[]edit{{" AND l.state NOT IN ('done', 'replay')", ""}},
		tests{"target/duckdb", "Conformance/default/(Conflicts|Progress|Sessions)"},
	},
	{
		"ambiguous commit taken for one, without the ledger: DuckDB", "target/duckdb/commit.go",
		[]edit{{"at.Offset != p.After || at.Done != p.Done", "at.Offset < 0"}},
		tests{"target/duckdb", "C06"},
	},
	{
		"ambiguous commit taken for one, without the ledger: PostgreSQL", "target/postgres/commit.go",
		[]edit{{"at.Offset != p.After || at.Done != p.Done", "at.Offset < 0"}},
		tests{"test/postgres", "T02"},
	},
	{
		"ambiguous commit taken for a rollback: PostgreSQL", "target/postgres/commit.go",
		[]edit{{"at.Offset != p.After || at.Done != p.Done", "at.Offset >= 0"}},
		tests{"test/postgres", "T02"},
	},
	{
		"retry after a failed push without a look at the ledger", "transfer/recover.go",
		[]edit{{"	j.entry = entry\n	switch", "	switch"}},
		tests{"transfer", "TestFaultAtEveryCall"},
	},
	{
		"what the ledger answers in passing ends the load", "transfer/backoff.go",
		[]edit{{"!l.patient && !wait.outlasts()", "!l.patient"}},
		tests{"transfer", "TestFaultAtEveryCall"},
	},
	{
		"a file that another loader has is taken at once", "transfer/contested.go",
		[]edit{{"time.Since(c.since) >= standstill", "true"}},
		tests{"transfer", "TestContestedFiles"},
	},
	{
		"an object is loaded twice at once", "transfer/inflight.go",
		[]edit{{"if f.keys[key].IsZero() {", "if true {"}},
		tests{"transfer", "TestDeliveredAgainInFlight"},
	},
	{
		"a load that is stopped commits nothing", "transfer/worker.go",
		[]edit{{"		w.stop(ctx)\n", ""}},
		tests{"transfer", "TestC14"},
	},
	{
		"rows that a trigger left out are counted: PostgreSQL", "target/postgres/copier.go",
		[]edit{{"stored != rows", "stored > rows"}},
		tests{"test/postgres", "T15"},
	},
	{
		"rejected records are not counted", "ledger/progress.go",
		[]edit{{"	p.Rejected += o.Rejected\n", ""}},
		tests{"target/duckdb", "Conformance/default/(Conflicts|Progress|Sessions)"},
	},
	{
		"skip If-Match: it names no generation", "object/s3/body.go",
		[]edit{{"IfMatch: aws.String(etagOf(info.Generation)), RequestPayer", "IfMatch: aws.String(\"*\"), RequestPayer"}},
		store,
	},
	{
		"act on what is not durable: a failed file is acted on", "source/after/after.go",
		[]edit{{"// claim tells whether", "// Failed is wrong.\nfunc (s *Source) Failed(ctx context.Context, id abstract.ObjectID, _ error, _ bool) error { return s.Done(ctx, id) }\n\n// claim tells whether"}},
		tests{"source/after", "P4"},
	},
	{
		"act before durable: the source is told before the flush", "transfer/flush.go",
		[]edit{{"	if err := w.session.Flush(); err != nil {\n", "	for _, j := range w.read {\n\t\tw.done(ctx, j.id)\n\t}\n	if err := w.session.Flush(); err != nil {\n"}},
		tests{"transfer", "P4AfterAtEveryCall"},
	},
	{
		"the message goes before its object", "source/after/act.go",
		[]edit{{"	err := s.try(id)\n", "	_ = s.Source.Done(s.ctx, id)\n	err := s.try(id)\n"}},
		tests{"source/after", "P4"},
	},
	{
		"act on a newer generation: DELETE without If-Match", "object/s3/dispose.go",
		[]edit{{"IfMatch: aws.String(etagOf(id.Generation)), RequestPayer: b.payer}\n		_, err :=", "RequestPayer: b.payer}\n		_, err :="}},
		store,
	},
	{
		"act on a newer generation: copies of whatever is there", "object/s3/copy.go",
		[]edit{{"CopySource: b.copySource(id.Key), CopySourceIfMatch: aws.String(etagOf(id.Generation)),\n		MetadataDirective", "CopySource: b.copySource(id.Key),\n		MetadataDirective"}},
		store,
	},
	{
		"act on a newer generation: files", "object/file/dispose.go",
		[]edit{{"if now := generation(fi); now != id.Generation {\n		return false, file", "if now := generation(fi); now == \"\" {\n		return false, file"}},
		tests{"object/file", "Conformance"},
	},
	{
		"a move replaces what is there: files", "object/file/dispose.go",
		[]edit{{"	linkErr := os.Link(id.Key, key)\n", "	linkErr := os.Rename(id.Key, key)\n"}},
		tests{"object/file", "Conformance"},
	},
	{
		"what was written again is deleted without being loaded", "transfer/outcome.go",
		[]edit{{"	case ok && j.writtenAgain():\n", "	case ok && false:\n"}},
		tests{"transfer", "S15"},
	},
	{
		"skip If-Match: the answer's ETag is not looked at", "object/s3/body.go",
		[]edit{{"Generation(etag, info.Size) != info.Generation {", "false {"}},
		store,
	},
	{
		"treat a short body as its end: S3", "object/s3/body.go",
		[]edit{{"			err = io.ErrUnexpectedEOF // S-08: it came too early\n", "			return n, io.EOF\n"}},
		store,
	},
	{
		"treat a short body as its end: files", "object/file/reader.go",
		[]edit{{"		err = fmt.Errorf(\"%w: it ends at byte %d instead of %d\", object.ErrChanged, r.next, r.info.Size)\n", "		return n, io.EOF\n"}},
		tests{"object/file", ""},
	},
	{
		"no byte count at the end of a file", "reader/body.go",
		[]edit{{"b.offset != b.size {\n		return abstract", "false {\n		return abstract"}},
		tests{"reader/csv", "TestConformance"},
	},
	{
		"no byte count on gzip: an end between two members is the end", "reader/stream.go",
		[]edit{{"	return s.body.VerifyEnd()\n", "	if s.compression != \"\" {\n		return nil\n	}\n	return s.body.VerifyEnd()\n"}},
		tests{"reader/csv", ""},
	},
	{
		"gzip: what follows the first member is left out", "reader/internal/unpack/gzip.go",
		[]edit{{"		if _, end := g.from.Peek(1); end != nil {\n			return n, end\n		}\n", "		return n, io.EOF\n"}, {"		g.member.Multistream(false)\n		if n > 0 {", "		if n > 0 {"}},
		tests{"reader/csv", ""},
	},
	{
		"xz: a cut between two blocks is the end", "reader/internal/unpack/xz.go",
		[]edit{{"	size, err := peek(x.from, 1)\n", "	size, err := x.from.Peek(1)\n"}},
		tests{"reader/internal/unpack", "TestZ02Cut"},
	},
	{
		"xz: whatever dictionary is declared is allocated", "reader/internal/unpack/xz.go",
		[]edit{{"if dict > x.maxDict {", "if false {"}},
		tests{"reader/internal/unpack", "TestRefused"},
	},
	{
		"lz4: a cut between two blocks is the end", "reader/internal/unpack/lz4.go",
		[]edit{{"	head, err := peek(f.from, 4)\n	if err != nil {\n		return err\n	}\n	size :=", "	head, err := f.from.Peek(4)\n	if err != nil {\n		return err\n	}\n	size :="}},
		tests{"reader/internal/unpack", "TestZ02Cut"},
	},
	{
		"no limit on what a file unpacks to", "reader/stream.go",
		[]edit{{"if s.most > 0 && s.offset > s.most {", "if false {"}},
		tests{"reader/csv", "TestZ05Ratio"},
	},
	{
		"Avro: a sync marker is not looked at", "reader/avro/feed.go",
		[]edit{{"if sync != r.head.sync {", "if false {"}},
		tests{"reader/avro", "TestA01"},
	},
	{
		"Avro: a checksum of snappy is not looked at", "reader/avro/codec.go",
		[]edit{{"if crc32.ChecksumIEEE(d.buf) != sum {", "if crc32.ChecksumIEEE(d.buf) != sum && false {"}},
		tests{"reader/avro", "TestA01"},
	},
	{
		"Avro: a block's records from its first on", "reader/avro/stretch.go",
		[]edit{{"record < s.next && s.open > 0;", "record < s.current.first;"}},
		tests{"reader/avro", "TestResume"},
	},
	{
		"Avro: bytes behind the last record of a block", "reader/avro/stretch.go",
		[]edit{{"		if c.at < len(c.data) {\n", "		if false {\n"}},
		tests{"reader/avro", "TestA01"},
	},
	{
		"Avro: rows before the damage are lost", "reader/avro/stretch.go",
		[]edit{{"if s.err != nil && s.next == p.first {", "if s.err != nil {"}},
		tests{"reader/avro", "TestA01"},
	},
	{
		"Avro: a bad record leaves its NULLs behind", "reader/avro/batch.go",
		[]edit{{"			b.Truncate(p.rows)\n", ""}},
		tests{"reader/avro", "TestConformance"},
	},
	{
		"UTF-16: half of a surrogate pair is replaced", "reader/internal/charset/decode.go",
		[]edit{{"		to = append(to, 0xe0|byte(c>>12), 0x80|byte(c>>6)&0x3f, 0x80|byte(c)&0x3f)\n", "		to = utf8.AppendRune(to, c)\n"}},
		tests{"reader/csv", "TestConformance"},
	},
	{
		"a file goes on in another encoding", "reader/encoding.go",
		[]edit{{"	began := d.Encoding\n", "	began := h.Encoding\n"}},
		tests{"transfer", "TestV08"},
	},
	{
		"a cancelled read ends like a whole one", "reader/run.go",
		[]edit{{"if err != io.EOF || ctx.Err() != nil {", "if err != io.EOF {"}},
		tests{"reader/csv", ""},
	},
	{
		"check-then-add limiter", "pusher/throttle.go",
		[]edit{{"import \"container/list\"", "import (\n\t\"container/list\"\n\t\"runtime\"\n)"},
			{"	if s.waiting.Len() == 0 && s.fits(r.id.size) {\n", "	fits := s.waiting.Len() == 0 && s.fits(r.id.size)\n	s.mu.Unlock()\n	runtime.Gosched()\n	s.mu.Lock()\n	if fits {\n"}},
		tests{"pusher", ""},
	},
	{
		"remove all equal offsets", "pusher/attempt.go",
		[]edit{{"	last := len(a.records) - 1\n", "	last, offset := len(a.records)-1, a.offsets[r.place]\n"}, {"	r.attempt = nil\n}\n", `	r.attempt = nil
	var records []*record
	var offsets []any
	for i, other := range a.records {
		if fmt.Sprint(a.offsets[i]) != fmt.Sprint(offset) {
			other.place = len(records)
			records, offsets = append(records, other), append(offsets, a.offsets[i])
		}
	}
	a.records, a.offsets = records, offsets
}
`}},
		tests{"pusher", "K05|K03"},
	},
	{
		"drop the last chunk's ack on close", "parsequeue/stages.go",
		[]edit{{"		ackErr := guard(", "		select {\n		case <-q.closing:\n			q.noteAnswered()\n			<-q.unanswered\n			continue\n		default:\n		}\n		ackErr := guard("}},
		tests{"parsequeue", ""},
	},
	{
		"a chunk without room is admitted", "pusher/throttle.go",
		[]edit{{"size <= s.limit-s.bytes.value()", "size <= s.limit"}},
		tests{"pusher", ""},
	},
	{
		"a file is done although a chunk was not stored", "pusher/attempt.go",
		[]edit{{"done = !a.over && !a.nacked", "done = !a.over"}},
		tests{"pusher", ""},
	},
	{
		"SQS: a message is deleted when the engine has its objects", "source/sqs/source.go",
		[]edit{{"			if err := page(ctx, bucket, infos); err != nil {\n", "			err := page(ctx, bucket, infos)\n			for _, info := range infos {\n				_ = s.Done(ctx, delivery{bucket, info}.id())\n			}\n			if err != nil {\n"}},
		tests{"source/sqs", "Q05Heartbeat|Stop"},
	},
	{
		"SQS: a message is deleted when its first object is done", "source/sqs/held.go",
		[]edit{{"if m.open--; m.open == 0 {", "if m.open--; true {"}},
		tests{"source/sqs", "Q14"},
	},
	{
		"SQS: receipt handles by key, so that the last message of a key wins", "source/sqs/held.go",
		[]edit{{"a.messages = append(a.messages, m)", "a.messages = []*message{m}"}},
		tests{"source/sqs", "Q01Q03"},
	},
	{
		"SQS: a message that comes again keeps its old receipt handle", "source/sqs/held.go",
		[]edit{{"old.handle, old.received, old.extended, old.receipts, old.lost = m.handle, m.received,", "old.received, old.extended, old.receipts, old.lost = m.received,"}},
		tests{"source/sqs", "Q02"},
	},
	{
		"SQS: keys of EventBridge are decoded like those of S3", "source/sqs/events.go",
		[]edit{{"		e, err := m.Detail.Object.event(name,", "		m.Detail.Object.Key, _ = url.QueryUnescape(m.Detail.Object.Key)\n		e, err := m.Detail.Object.event(name,"}},
		tests{"source/sqs", "Q17Q18"},
	},
	{
		"SQS: keys of S3 are taken as they are", "source/sqs/events.go",
		[]edit{{"r.EventSource != \"ceph:s3\"", "false"}},
		tests{"source/sqs", "Q17Q18"},
	},
	{
		"SQS: what cannot be understood is deleted", "source/sqs/verdict.go",
		[]edit{{"	m.fate.join(fate{keep: true, delay: delay})\n", "	_ = delay\n"}},
		tests{"source/sqs", "Q11Q16"},
	},
	{
		"a late key is not looked for: everything is never listed again", "source/poll/lookback.go",
		[]edit{{"p.begun.Sub(s.reconciled) >= s.config.Reconcile", "p.begun.Before(s.reconciled)"}},
		tests{"source/poll", "TestLookBackFinds"},
	},
	{
		"a listing that broke off counts as a whole one", "source/poll/lookback.go",
		[]edit{{"; err == nil || nothing {", "; err == nil || nothing || p.err == nil {"}},
		tests{"source/poll", "TestLookBackPagesThatFail"},
	},
	{
		"a place hides what another one's listing has left out", "source/snapshot/collect.go",
		[]edit{{"key <= earlier.after || ", ""}},
		tests{"source/poll", "TestLookBackFinds"},
	},
	{
		"a comment is split like a record", "reader/csv/simple.go",
		[]edit{{"	if d.isComment(data[pos:]) {\n		return d.lineAfter(data, pos)\n	}\n", ""}},
		tests{"reader/csv", "TestDialects"},
	},
	{
		"the CRLF of an escape is cut", "reader/csv/simple.go",
		[]edit{{"		return 3\n", "		return 2\n"}},
		tests{"reader/csv", "TestDialects"},
	},
	{
		"inspect reads a file to its end", "internal/inspect/inspect.go",
		[]edit{{"		return errEnough\n", "		return nil\n"}},
		tests{"internal/inspect", "TestFileIsReadInPart"},
	},
	{
		"a file that was begun before a column was widened does not go on", "transfer/columns.go",
		[]edit{{"!typ.Holds(column.Type)", "typ != column.Type"}},
		tests{"transfer", "TestC05BegunBeforeWidening"},
	},
	{
		"a column is widened whatever its type is by now", "target/columns.go",
		[]edit{{"return !slices.Contains(now, abstract.Column{Name: c.Column, Type: c.From})", "return false"}},
		tests{"target/duckdb", "Conformance/default/Widening"},
	},
	{
		"what was rejected behind the place where a block was left counts", "reader/csv/narrow.go",
		[]edit{{"out.Rejected = s.number - int64(rows)", "_ = rows"}},
		tests{"reader/csv", "TestWidening"},
	},
}
