package config

import (
	"errors"
	"fmt"
	"strings"

	"github.com/seed-ede61cd5/sluice/abstract"
)

// ParseColumn reads a column as name=type. The name may hold equals signs
// itself: the last one divides.
func ParseColumn(text string) (abstract.Column, error) {
	i := strings.LastIndexByte(text, '=')
	if i < 0 {
		return abstract.Column{}, fmt.Errorf("column %q: write name=type, such as zip=text", text)
	}
	if i == 0 {
		return abstract.Column{}, errors.New("column without a name: write name=type, such as zip=text")
	}
	typ, err := abstract.ParseType(text[i+1:])
	if err != nil {
		return abstract.Column{}, fmt.Errorf("column %q: %w", text[:i], err)
	}
	return abstract.Column{Name: text[:i], Type: typ}, nil
}
