// Package file is the bucket of local files: [object.Bucket] over the file
// system of this machine.
//
// A key is an absolute path in its shortest form (no "." or "..", no double
// slash), byte for byte. Symbolic links in it are not resolved, so a file
// reached by two paths is two objects. Only regular files are objects: a
// symbolic link to one counts as one, a directory is no object, and pipes,
// sockets and devices are never opened.
//
// A listing does not follow symbolic links to directories, as two paths to
// one directory would load its files twice, and a loop would never end. A
// link in the literal beginning of a pattern is the user's own choice and is
// followed.
//
// A generation is device, inode, size and time of last change. A file that is
// rewritten in place keeps the first three if it keeps its length; two such
// changes within one tick of the file system's clock (a few milliseconds on
// older kernels) cannot be told apart. Writers that rename a finished file
// into place are always noticed.
//
// Paths are those of Unix. On other systems the package compiles, without
// device and inode in its generations.
package file
