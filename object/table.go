package object

import (
	"path"
	"strings"
)

// TableName is the name of the table that the pattern's objects belong to
// unless the user says otherwise: the last path element without a wildcard,
// without the extensions of a file. It is empty where every element has one.
//
//	/work/data/*.csv        data
//	/work/data/             data
//	/work/orders.csv.gz     orders
//	prefix/**/*.json.gz     prefix
//	*/orders.csv            orders
//
// Only the last element of a path is taken for a file: the directory v1.2/
// keeps its name.
func (p Pattern) TableName() string {
	elem, isDir := lastLiteral(p.text)
	if isDir {
		return elem
	}
	stem := TrimCompression(elem)
	stem = strings.TrimSuffix(stem, path.Ext(stem))
	if stem == "" {
		return elem // .csv is a name without an extension
	}
	return stem
}

// TrimCompression returns the name without the extension of a compression, if it
// has one: that says nothing about the format, nor for certain how a file is compressed.
func TrimCompression(name string) string {
	ext := path.Ext(name)
	switch strings.ToLower(ext) {
	case ".gz", ".gzip", ".bgz", ".zst", ".zstd", ".bz2", ".bzip2", ".lz4", ".sz", ".snappy", ".xz":
		return strings.TrimSuffix(name, ext)
	}
	return name
}
