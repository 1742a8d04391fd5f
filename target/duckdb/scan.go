//go:build cgo

package duckdb

/*
#include <stdlib.h>

// The C API's Arrow scan is linked into every build of the driver, but the
// driver only exposes it under a build tag, which whoever imports Sluice
// would have to know. These declarations are from duckdb.h and from the Arrow
// C stream interface.
struct ArrowArrayStream {
	int (*get_schema)(void*, void*);
	int (*get_next)(void*, void*);
	const char* (*get_last_error)(void*);
	void (*release)(void*);
	void* private_data;
};
extern int duckdb_arrow_scan(void* connection, const char* table_name, void* arrow);
*/
import "C"

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/cdata"
	duckdb "github.com/duckdb/duckdb-go/v2"
)

// registerView makes reader visible to the connection as a view in its
// current schema. The view reads what reader has to give at the time of each
// query. Call release when no query will use the view any more.
//
// Queries must select every column of the view: with fewer, DuckDB 1.5.5 reads
// the wrong ones (duckdb issue 17012).
func registerView(conn *sql.Conn, name string, reader array.RecordReader) (release func(), err error) {
	err = conn.Raw(func(driverConn any) error {
		handle, err := nativeConn(driverConn)
		if err != nil {
			return err
		}
		stream := C.calloc(1, C.sizeof_struct_ArrowArrayStream)
		cdata.ExportRecordReader(reader, (*cdata.CArrowArrayStream)(stream))
		release = func() {
			cdata.ReleaseCArrowArrayStream((*cdata.CArrowArrayStream)(stream))
			C.free(stream)
		}
		cname := C.CString(name)
		defer C.free(unsafe.Pointer(cname))
		if C.duckdb_arrow_scan(handle, cname, stream) != 0 {
			release()
			return errors.New("DuckDB refused the Arrow stream")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("register view %s: %w", name, err)
	}
	return release, nil
}

// nativeConn finds the C connection inside the driver's. The driver keeps it
// in a private field; it is read by reflection, and a driver that has moved
// it is refused by name.
func nativeConn(driverConn any) (unsafe.Pointer, error) {
	conn, ok := driverConn.(*duckdb.Conn)
	if !ok {
		return nil, fmt.Errorf("not a DuckDB connection: %T", driverConn)
	}
	field := reflect.ValueOf(conn).Elem().FieldByName("conn")
	if field.Kind() != reflect.Struct || field.FieldByName("Ptr").Kind() != reflect.UnsafePointer {
		return nil, errors.New("this version of duckdb-go keeps its connection elsewhere: build with the version in go.mod")
	}
	return field.FieldByName("Ptr").UnsafePointer(), nil
}
