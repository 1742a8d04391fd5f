package fault

import (
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"slices"
)

// At lets the nth call go wrong, counted from 1.
func At(n int, f Fault) Plan {
	return func(c Call) Fault {
		if c.N == n {
			return f
		}
		return Fault{}
	}
}

// EverySite lets the first call of each distinct call site go wrong: every way
// by which the program comes to make a call is met once.
func EverySite(f Fault) Plan {
	return func(c Call) Fault {
		if c.Nth == 1 {
			return f
		}
		return Fault{}
	}
}

// Random lets the given share of all calls, from 0 to 1, go wrong in one of
// the given ways. What becomes of the nth call of a site depends on the seed
// alone, not on what other goroutines do meanwhile.
func Random(seed uint64, share float64, faults ...Fault) Plan {
	return func(c Call) Fault {
		h := fnv.New64a()
		_, _ = h.Write([]byte(c.Op + " " + Op(c.Site))) // never fails
		random := rand.New(rand.NewPCG(seed, h.Sum64()+uint64(c.Nth)))
		if random.Float64() >= share {
			return Fault{}
		}
		return faults[random.IntN(len(faults))]
	}
}

// Each yields an injector for the first call, the second, and so on, with that
// call going wrong by f. It ends after the first run that came to its end
// before the call was reached:
//
//	for n, inj := range fault.Each(fault.Fault{Kind: fault.After}) {
//		load(fault.Target(db, inj))
//	}
//
// Where ops are given, only calls of those are counted.
func Each(f Fault, ops ...Op) iter.Seq2[int, *Injector] {
	return func(yield func(int, *Injector) bool) {
		for n := 1; ; n++ {
			calls := 0
			inj := New(func(c Call) Fault {
				if len(ops) > 0 && !slices.Contains(ops, c.Op) {
					return Fault{}
				}
				if calls++; calls == n {
					return f
				}
				return Fault{}
			})
			if !yield(n, inj) || inj.Faults() == 0 {
				return
			}
		}
	}
}
