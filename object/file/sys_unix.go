//go:build unix

package file

import (
	"io/fs"
	"syscall"
)

// openFlags keep an open from waiting, should a pipe or a terminal have taken
// the place of the regular file that was there a moment ago.
const openFlags = syscall.O_NONBLOCK | syscall.O_NOCTTY

func deviceAndInode(fi fs.FileInfo) (dev, ino uint64) {
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0
	}
	return uint64(st.Dev), uint64(st.Ino) // their types differ between systems
}
