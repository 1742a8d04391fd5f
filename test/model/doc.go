// Package model holds tests that drive a part of Sluice with random actions
// and compare it with a model simple enough to be right by inspection.
package model
