package pusher

// index holds the records in flight so that one can be found by its identity.
//
// All of them form a list, in the order of admission. Records of one identity
// are twins and form a ring, found through twins, which names the oldest. The
// rings are built when the first chunk without a token is acked, kept up to
// date from then on, and dropped when nothing is in flight. So those who ack
// what the queue hands them never pay for a map as large as what is in flight,
// and for the others the cost per chunk is constant too: no record is entered
// twice.
type index struct {
	head, tail *record
	twins      map[identity]*record // nil until asked for
}

func (x *index) add(r *record) {
	r.older = x.tail
	if x.tail == nil {
		x.head = r
	} else {
		x.tail.younger = r
	}
	x.tail = r
	if x.twins != nil {
		x.addTwin(r)
	}
}

// remove takes the record out and clears what it holds.
func (x *index) remove(r *record) {
	if x.twins != nil {
		x.removeTwin(r)
	}
	if r.older == nil {
		x.head = r.younger
	} else {
		r.older.younger = r.younger
	}
	if r.younger == nil {
		x.tail = r.older
	} else {
		r.younger.older = r.older
	}
	if x.head == nil {
		x.twins = nil
	}
	r.older, r.younger = nil, nil
	r.id.items, r.offset = nil, nil
}

// oldest is the record of that identity that was admitted first, or nil.
func (x *index) oldest(id identity) *record {
	if x.twins == nil && x.head != nil {
		x.twins = make(map[identity]*record)
		for r := x.head; r != nil; r = r.younger {
			x.addTwin(r)
		}
	}
	return x.twins[id]
}

// addTwin puts the record at the end of its ring, which is just before the
// oldest.
func (x *index) addTwin(r *record) {
	first := x.twins[r.id]
	if first == nil {
		r.olderTwin, r.youngerTwin = r, r
		x.twins[r.id] = r
		return
	}
	r.olderTwin, r.youngerTwin = first.olderTwin, first
	r.olderTwin.youngerTwin, first.olderTwin = r, r
}

func (x *index) removeTwin(r *record) {
	if r.youngerTwin == r {
		delete(x.twins, r.id)
	} else {
		if x.twins[r.id] == r {
			x.twins[r.id] = r.youngerTwin
		}
		r.olderTwin.youngerTwin, r.youngerTwin.olderTwin = r.youngerTwin, r.olderTwin
	}
	r.olderTwin, r.youngerTwin = nil, nil
}
