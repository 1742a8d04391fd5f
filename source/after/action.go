package after

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-ede61cd5/sluice/abstract"
	"github.com/seed-ede61cd5/sluice/object"
)

// Kind is what is done with objects.
type Kind string

const (
	Keep   Kind = "keep"
	Delete Kind = "delete"
	Move   Kind = "move"
	Tag    Kind = "tag"
)

// Action is what becomes of an object that is loaded. The zero value keeps it.
type Action struct {
	// Kind is what is done; "" is [Keep].
	Kind Kind
	// Folder is where objects are moved to, as the user wrote it.
	Folder string
	// Key and Value are the tag.
	Key, Value string
}

// Parse reads an action: keep, delete, move=PREFIX or tag=KEY:VALUE.
func Parse(text string) (Action, error) {
	kind, rest, hasRest := strings.Cut(text, "=")
	a := Action{Kind: Kind(kind)}
	switch a.Kind {
	case Keep, Delete:
		if !hasRest {
			return a, nil
		}
	case Move:
		if a.Folder = rest; rest != "" {
			return a, nil
		}
		return Action{}, fmt.Errorf("%q: write move=PREFIX, such as move=done/", text)
	case Tag:
		a.Key, a.Value, hasRest = strings.Cut(rest, ":")
		if !hasRest {
			return Action{}, fmt.Errorf("%q: write tag=KEY:VALUE, such as tag=state:loaded", text)
		}
		if err := checkTag(a.Key, a.Value); err != nil {
			return Action{}, fmt.Errorf("%q: %w", text, err)
		}
		return a, nil
	}
	return Action{}, fmt.Errorf("%q: use keep, delete, move=PREFIX or tag=KEY:VALUE", text)
}

// checkTag knows what S3 takes for a tag.
func checkTag(key, value string) error {
	refused := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != ' ' && !strings.ContainsRune("+-=._:/@", r)
	}
	switch {
	case key == "" || utf8.RuneCountInString(key) > 128 || utf8.RuneCountInString(value) > 256:
		return errors.New("a tag's key has 1 to 128 characters, its value at most 256")
	case strings.IndexFunc(key+value, refused) >= 0:
		return errors.New("a tag has letters, digits, spaces and + - = . _ : / @, and nothing else")
	}
	return nil
}

// Does tells whether there is anything to do.
func (a Action) Does() bool { return a.Kind != "" && a.Kind != Keep }

// String is the action as Parse reads it.
func (a Action) String() string {
	switch a.Kind {
	case "":
		return string(Keep)
	case Move:
		return "move=" + a.Folder
	case Tag:
		return "tag=" + a.Key + ":" + a.Value
	}
	return string(a.Kind)
}

// Done is what was done, in a word: deleted, moved, tagged.
func (a Action) Done() string {
	switch a.Kind {
	case Delete:
		return "deleted"
	case Move:
		return "moved"
	case Tag:
		return "tagged"
	}
	return "kept"
}

// run does it. The bucket can, as [Check] has found.
func (a Action) run(ctx context.Context, p places, id abstract.ObjectID) error {
	b := p.buckets[id.Bucket]
	if b == nil {
		return abstract.WithClass(abstract.FileOnly, fmt.Errorf("%s %q: %w", a.Kind, id.Key, errForeign))
	}
	switch a.Kind {
	case Delete:
		return b.(object.Disposer).Remove(ctx, id)
	case Move:
		key, err := p.destination(id, a.Folder)
		if err != nil {
			return err
		}
		return b.(object.Disposer).Move(ctx, id, key)
	default:
		return b.(object.Tagger).Tag(ctx, id, a.Key, a.Value)
	}
}
