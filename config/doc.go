// Package config holds the types of settings that are more than a number or a
// string: sizes, limits, columns, secrets. The ones for flags have the
// methods Set, String and Type, which is what pflag asks of a value; the
// package itself knows of no flag library. An error says what to write
// instead.
package config
