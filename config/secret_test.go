package config_test

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/seed-ede61cd5/sluice/config"
)

// TestSecretNeverPrints tries every way out that the standard library has.
func TestSecretNeverPrints(t *testing.T) {
	const canary = "hunter2"
	s := config.NewSecret(canary)
	nested := struct {
		Public string
		Secret config.Secret
		Ptr    *config.Secret
		hidden config.Secret
	}{"yes", s, &s, s}
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p", "%8s", "%c"} {
		fmt.Fprintf(&out, verb, s)
		fmt.Fprintf(&out, verb, &s)
		fmt.Fprintf(&out, verb, nested)
		fmt.Fprintf(&out, verb, map[string]config.Secret{"k": s})
	}
	fmt.Fprintln(&out, s, &s, s.String(), s.GoString(), fmt.Errorf("with %v: %w", s, errors.ErrUnsupported))
	for _, handler := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(handler).Info("log", "secret", s, "nested", nested, "ptr", &s)
	}
	for _, v := range []any{s, &s, nested, map[string]any{"k": s}} {
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Error(err)
		}
	}
	if text, err := xml.Marshal(s); err != nil || !strings.Contains(string(text), "***") {
		t.Errorf("xml: %s, %v", text, err)
	}
	hexed := fmt.Sprintf("%x", canary)
	if strings.Contains(out.String(), canary) || strings.Contains(strings.ToLower(out.String()), hexed) {
		t.Errorf("the secret is in %s", out.String())
	}
	if !strings.Contains(out.String(), "***") {
		t.Errorf("nothing hidden is shown as such in %s", out.String())
	}
	if s.Reveal() != canary {
		t.Errorf("revealed as %q", s.Reveal())
	}
}

func TestSecretSet(t *testing.T) {
	var s config.Secret
	if s.String() != "" {
		t.Errorf("an empty secret prints as %q", s)
	}
	if err := s.Set("x"); err != nil || s.Reveal() != "x" || s.String() != "***" {
		t.Errorf("set to x: %q, %v", s.Reveal(), err)
	}
}
