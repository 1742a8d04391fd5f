package file

import (
	"errors"
	"io/fs"
	"syscall"
)

// isGone tells whether nothing is at the path: no such name, or a file where
// a directory should be.
func isGone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || isOneOf(err, syscall.ENOTDIR)
}

// isImpossible tells whether no file can have the name: it is too long, or
// holds a zero byte. In a listing that is no reason to leave a file out, for
// there the name was found and only its path is too long.
func isImpossible(err error) bool {
	return isOneOf(err, syscall.ENAMETOOLONG, syscall.EINVAL)
}

// isTransient tells whether the same call may succeed later: the process or
// the machine is out of something, or a network file system has lost its way.
func isTransient(err error) bool {
	return isOneOf(err, syscall.EINTR, syscall.EAGAIN, syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM,
		syscall.ETIMEDOUT, syscall.ESTALE)
}

func isOneOf(err error, errnos ...syscall.Errno) bool {
	for _, errno := range errnos {
		if errors.Is(err, errno) {
			return true
		}
	}
	return false
}
