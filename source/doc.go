// Package source says what is to be loaded: a [Location] is what the user
// names, a [Source] finds the objects there and is told when they are loaded.
// The sources live in the folders below.
package source
