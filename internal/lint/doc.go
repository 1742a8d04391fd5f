// Package lint holds the tests that keep the code base in shape: the import
// layers, package comments, and the things that Sluice does without.
package lint
