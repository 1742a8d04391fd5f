package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
)

// Secret is a text that prints as ***, whichever way it is printed, logged or
// encoded. The zero value is an empty secret and prints as nothing, so that a
// setting left out can be told from one that is hidden.
type Secret struct {
	// A pointer, because fmt does not ask the methods of a secret that is in
	// an unexported field of something: it would print the text. It prints no
	// more than the address of what a pointer in a struct points to.
	value *string
}

// NewSecret hides value.
func NewSecret(value string) Secret { return Secret{&value} }

// Reveal is the text itself. Hand it to the server it is for, and to nothing
// else.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Set hides a flag's value.
func (s *Secret) Set(text string) error {
	*s = NewSecret(text)
	return nil
}

// String is *** or empty.
func (s Secret) String() string {
	if s.Reveal() == "" {
		return ""
	}
	return "***"
}

// GoString is the same as String.
func (s Secret) GoString() string { return s.String() }

// Format serves every verb in the same way.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.String())) }

// MarshalJSON encodes what String says.
func (s Secret) MarshalJSON() ([]byte, error) { return json.Marshal(s.String()) }

// MarshalText serves the other encodings.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// LogValue logs what String says.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// Type is how a flag's help names the value.
func (*Secret) Type() string { return "secret" }
