package config

// Quote is one byte around fields, or the word none. The zero value says
// nothing.
type Quote struct {
	Byte Delimiter
	None bool // quotes are data
}

// Set reads none, or one byte as [Delimiter.Set] does.
func (q *Quote) Set(text string) error {
	if text == "none" {
		*q = Quote{None: true}
		return nil
	}
	var c Delimiter
	if err := c.Set(text); err != nil {
		return err
	}
	*q = Quote{Byte: c}
	return nil
}

// String is what Set reads as q, empty for the zero value.
func (q Quote) String() string {
	if q.None {
		return "none"
	}
	return q.Byte.String()
}

// Type is how the flag's help names the value.
func (*Quote) Type() string { return "byte" }
