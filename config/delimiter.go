package config

import "fmt"

// Delimiter is one byte that divides or quotes fields. The zero value says
// nothing.
type Delimiter byte

// Set reads one byte, written as itself or, for a tab, as \t or tab.
func (d *Delimiter) Set(text string) error {
	if text == `\t` || text == "tab" {
		text = "\t"
	}
	if len(text) != 1 {
		return fmt.Errorf(`%q is not one byte: write a single character such as ; or tab`, text)
	}
	switch c := text[0]; {
	case c == '\n' || c == '\r':
		return fmt.Errorf("%q ends records, so it cannot divide or quote their fields", c)
	case c == 0:
		return fmt.Errorf("%q cannot be told from none: write a single character such as ; or tab", c)
	case c >= 0x80:
		return fmt.Errorf("%q is part of a longer character: write one of ASCII", text)
	}
	*d = Delimiter(text[0])
	return nil
}

// String is what Set reads as d, empty for the zero value.
func (d Delimiter) String() string {
	switch {
	case d == 0:
		return ""
	case d == '\t':
		return "tab"
	default:
		return string([]byte{byte(d)})
	}
}

// Type is how the flag's help names the value.
func (*Delimiter) Type() string { return "byte" }
