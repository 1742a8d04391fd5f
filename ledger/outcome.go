package ledger

import (
	"context"
	"fmt"
	"strings"
)

// Fail records why an attempt at an object failed. Its committed rows stay.
// The [MaxAttempts]th failure parks it. An object that is done stays done, and
// one that is to be replayed is another loader's.
func (s *Store) Fail(ctx context.Context, id int64, reason string) error {
	return s.update(ctx, func(tx Tx) error {
		_, err := tx.Exec(ctx, `
			UPDATE {}.ledger SET attempts = attempts + 1, reason = $1, updated = $2::timestamp,
				state = CASE WHEN attempts + 1 >= $3 THEN 'parked' ELSE 'failed' END
			WHERE id = $4 AND state NOT IN ('done', 'replay')`,
			cleanReason(reason), now(), int64(MaxAttempts), id)
		if err != nil {
			return fmt.Errorf("record failure of ledger id %d: %w", id, err)
		}
		return nil
	})
}

// maxReason bounds a reason's length in bytes: it may quote a record, and a
// record may be large.
const maxReason = 4096

// cleanReason makes a reason storable: valid UTF-8 without NUL, and not
// longer than maxReason. Reasons quote files, which may hold anything.
func cleanReason(reason string) string {
	cut := len(reason) > maxReason
	if cut {
		reason = reason[:maxReason]
	}
	reason = strings.ReplaceAll(strings.ToValidUTF8(reason, "\uFFFD"), "\x00", "\uFFFD")
	if cut {
		reason += " …"
	}
	return reason
}
