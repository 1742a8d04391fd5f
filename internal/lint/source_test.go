package lint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func contains(list []string, s string) bool { return slices.Contains(list, s) }

// packages lists the folders of the product module that hold Go files.
func packages(t *testing.T) []string {
	t.Helper()
	var dirs []string
	err := filepath.WalkDir("../..", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		rel, err := filepath.Rel("../..", name)
		if err != nil {
			return err
		}
		if rel != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || isModule(name)) {
			return filepath.SkipDir
		}
		if files, _ := filepath.Glob(filepath.Join(name, "*.go")); len(files) > 0 {
			dirs = append(dirs, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(dirs) < 10 {
		t.Fatalf("found only %d packages", len(dirs))
	}
	return dirs
}

func isModule(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "go.mod"))
	return err == nil
}

// files parses every Go file of the module; tests tells whether _test.go
// files are among them.
func files(t *testing.T, tests bool) (*token.FileSet, map[string]*ast.File) {
	t.Helper()
	fset := token.NewFileSet()
	parsed := map[string]*ast.File{}
	for _, dir := range packages(t) {
		names, err := filepath.Glob(filepath.Join("../..", dir, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") && !tests {
				continue
			}
			f, err := parser.ParseFile(fset, name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			parsed[name] = f
		}
	}
	return fset, parsed
}

func TestEveryPackageHasAComment(t *testing.T) {
	_, parsed := files(t, false)
	documented := map[string]int{}
	for name, f := range parsed {
		dir := filepath.Dir(name)
		documented[dir] += 0
		if f.Doc != nil {
			documented[dir]++
			if want := "Package " + f.Name.Name + " "; f.Name.Name != "main" && !strings.HasPrefix(f.Doc.Text(), want) {
				t.Errorf("%s: the package comment does not begin with %q", name, want)
			}
		}
	}
	for dir, n := range documented {
		if n != 1 {
			t.Errorf("%s: %d files have a package comment, want 1", dir, n)
		}
	}
}

func TestNoInit(t *testing.T) {
	fset, parsed := files(t, false)
	for _, f := range parsed {
		for _, decl := range f.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s: init() hides what a program does; build it where it is needed", fset.Position(fn.Pos()))
			}
		}
	}
}

// forbidden are calls that no file may make, tests included.
var forbidden = map[string]string{
	"time.Sleep": "wait for what you wait for; time-dependent tests run in a testing/synctest bubble",
	"time.Tick":  "its ticker never stops",
}

func TestForbiddenCalls(t *testing.T) {
	fset, parsed := files(t, true)
	for name, f := range parsed {
		inBubble := strings.HasSuffix(name, "_test.go") && importsPath(f, "testing/synctest")
		ast.Inspect(f, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			pkg, ok := sel.X.(*ast.Ident)
			if !ok {
				return true
			}
			call := pkg.Name + "." + sel.Sel.Name
			if why, bad := forbidden[call]; bad && !inBubble {
				t.Errorf("%s: %s: %s", fset.Position(n.Pos()), call, why)
			}
			return true
		})
	}
}

func importsPath(f *ast.File, path string) bool {
	return slices.ContainsFunc(f.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"`+path+`"` })
}

// TestProductDoesNotImportTesting keeps test code out of what users link. The
// conformance suites are the exception: they are packages of tests.
func TestProductDoesNotImportTesting(t *testing.T) {
	_, parsed := files(t, false)
	for name, f := range parsed {
		if importsPath(f, "testing") && !strings.HasSuffix(filepath.Dir(name), "test") {
			t.Errorf("%s imports testing", name)
		}
	}
}

// TestArchitectureNamesEveryPackage keeps the file map true.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	text, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range packages(t) {
		if !strings.Contains(string(text), "`"+dir+"`") {
			t.Errorf("ARCHITECTURE.md does not mention `%s`", dir)
		}
	}
}
