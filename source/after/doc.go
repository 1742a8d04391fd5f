// Package after does something with objects once they are loaded: it deletes,
// moves or tags them. It decorates a source, as it is the source whom the
// engine tells that an object is durable, and when.
//
// It keeps no record of what it has done. A process that ends between the
// commit and the action leaves an object that the next one lists, finds to be
// loaded in the ledger, and reports again: so the action happens then. This is
// the whole of its recovery, and needs every action to be of exactly one
// generation and to be repeatable, as [object.Disposer] says.
package after
