// Command types prints go/types' answer for every expression and identifier of packages, one JSON line for each package.
//
//	types [-test] pattern...
//
// Patterns are those of go list, in the working directory; with -test test files are answered for as well. The first line maps import paths to directories. Offsets are UTF-16 units.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"
)

type listed struct {
	ImportPath string
	Dir        string
	Name       string
	GoFiles    []string
	CgoFiles   []string
	ImportMap  map[string]string
	DepOnly    bool
	ForTest    string
}

// An answer is [start, end, type, object]: the last two are indexes into the package's strings.
type file struct {
	Name    string   `json:"name"`
	Answers [][4]int `json:"answers"`
}

type result struct {
	Path    string   `json:"path"`
	Name    string   `json:"name"`
	Dir     string   `json:"dir"`
	Strings []string `json:"strings"`
	Files   []file   `json:"files"`
	Errors  []string `json:"errors,omitempty"`
}

func main() {
	args := append([]string{"list", "-e", "-deps", "-json=ImportPath,Dir,Name,GoFiles,CgoFiles,ImportMap,DepOnly,ForTest"}, os.Args[1:]...)
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "go list:", err)
		os.Exit(1)
	}
	l := &loader{fset: token.NewFileSet(), done: map[string]*types.Package{"unsafe": types.Unsafe}, fields: map[*types.Var]string{}}
	dec := json.NewDecoder(bytes.NewReader(out))
	var all []*listed
	dirs := map[string]string{}
	retold := map[string]bool{} // packages whose variant with test files tells all
	for {
		p := &listed{}
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			panic(err)
		}
		if strings.HasSuffix(p.ImportPath, ".test") {
			continue // the generated main package
		}
		all = append(all, p)
		if p.ForTest == "" {
			dirs[p.ImportPath] = p.Dir
		} else if plain(p.ImportPath) == p.ForTest {
			retold[p.ForTest] = true
		} else if !strings.HasSuffix(p.Name, "_test") {
			p.DepOnly = true // built again for somebody's tests
		}
	}
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.Encode(map[string]any{"dirs": dirs})
	for _, p := range all { // go list prints dependencies first
		if p.ImportPath == "unsafe" {
			continue
		}
		if r := l.check(p); r != nil && !(p.ForTest == "" && retold[p.ImportPath]) {
			enc.Encode(r)
		}
	}
}

type loader struct {
	fset   *token.FileSet
	done   map[string]*types.Package
	fields map[*types.Var]string
}

type importer func(path string) (*types.Package, error)

func (f importer) Import(path string) (*types.Package, error) { return f(path) }

func (l *loader) check(p *listed) *result {
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(l.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if f == nil || err != nil {
			continue
		}
		files = append(files, f)
	}
	r := &result{Path: plain(strings.TrimPrefix(p.ImportPath, "vendor/")), Name: p.Name, Dir: p.Dir}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	conf := types.Config{
		IgnoreFuncBodies: p.DepOnly,
		FakeImportC:      true,
		Sizes:            types.SizesFor("gc", "amd64"),
		Error:            func(err error) { r.Errors = append(r.Errors, err.Error()) },
		Importer: importer(func(path string) (*types.Package, error) {
			if to := p.ImportMap[path]; to != "" {
				path = to
			}
			if pkg := l.done[path]; pkg != nil {
				return pkg, nil
			}
			return nil, fmt.Errorf("no package %s", path)
		}),
	}
	pkg, _ := conf.Check(p.ImportPath, l.fset, files, info)
	l.done[p.ImportPath] = pkg
	l.nameFields(pkg)
	if p.DepOnly {
		return nil
	}
	w := &writer{l: l, info: info, index: map[string]int{"": 0}, out: r, selectors: map[*ast.Ident]*ast.SelectorExpr{}}
	r.Strings = []string{""}
	for _, f := range files {
		r.Files = append(r.Files, w.file(f))
	}
	return r
}

// nameFields remembers which named type declares a field; two types may share them (type A B), then none does.
func (l *loader) nameFields(pkg *types.Package) {
	for _, name := range pkg.Scope().Names() {
		tn, ok := pkg.Scope().Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() {
			continue
		}
		st, ok := tn.Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for i := 0; i < st.NumFields(); i++ {
			f := st.Field(i)
			if _, twice := l.fields[f]; twice {
				l.fields[f] = ""
			} else {
				l.fields[f] = path(pkg) + "." + name + "." + f.Name()
			}
		}
	}
}

// plain is the path without the test that a variant is for.
func plain(path string) string {
	path, _, _ = strings.Cut(path, " [")
	return path
}

func path(p *types.Package) string {
	s := plain(p.Path())
	if i := strings.LastIndex(s, "/vendor/"); i >= 0 {
		return s[i+len("/vendor/"):]
	}
	return strings.TrimPrefix(s, "vendor/")
}

type writer struct {
	l     *loader
	info  *types.Info
	index map[string]int
	out   *result
	// The name in a selector has the selector's type: of a method expression that with the receiver.
	selectors map[*ast.Ident]*ast.SelectorExpr
	// UTF-16 offset in the file at hand.
	offset func(token.Pos) int
}

func (w *writer) string(s string) int {
	i, ok := w.index[s]
	if !ok {
		i = len(w.out.Strings)
		w.index[s] = i
		w.out.Strings = append(w.out.Strings, s)
	}
	return i
}

func (w *writer) file(f *ast.File) file {
	tf := w.l.fset.File(f.Pos())
	src, err := os.ReadFile(tf.Name())
	if err != nil {
		panic(err)
	}
	units := utf16Offsets(src)
	w.offset = func(p token.Pos) int {
		at := tf.Offset(p)
		if units != nil {
			at = units[at]
		}
		return at
	}
	out := file{Name: filepath.Base(tf.Name()), Answers: [][4]int{}}
	ast.Inspect(f, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		if sel, ok := e.(*ast.SelectorExpr); ok {
			w.selectors[sel.Sel] = sel
		}
		typ, obj, ok := w.answer(e)
		if ok {
			out.Answers = append(out.Answers, [4]int{w.offset(e.Pos()), w.offset(e.End()), w.string(typ), w.string(obj)})
		}
		return true
	})
	sort.SliceStable(out.Answers, func(i, j int) bool { return out.Answers[i][0] < out.Answers[j][0] })
	return out
}

// utf16Offsets maps byte offsets to UTF-16 offsets; nil where they are the same.
func utf16Offsets(src []byte) []int {
	ascii := true
	for _, c := range src {
		if c >= 0x80 {
			ascii = false
		}
	}
	if ascii {
		return nil
	}
	units := make([]int, len(src)+1)
	at := 0
	for i := 0; i < len(src); {
		r, size := utf8.DecodeRune(src[i:])
		for k := 0; k < size; k++ {
			units[i+k] = at
		}
		at++
		if r > 0xFFFF {
			at++
		}
		i += size
	}
	units[len(src)] = at
	return units
}

// answer gives the type of an expression as an operand (an untyped one keeps its kind) and, for names, what they denote.
func (w *writer) answer(e ast.Expr) (typ, obj string, ok bool) {
	if id, isIdent := e.(*ast.Ident); isIdent {
		o := w.info.Uses[id]
		if o == nil {
			o = w.info.Defs[id]
		}
		if o != nil {
			obj = w.object(o)
			tv, recorded := w.info.Types[e]
			if sel := w.selectors[id]; sel != nil {
				tv, recorded = w.info.Types[sel]
			}
			t := o.Type()
			if recorded && tv.Type != nil {
				t = tv.Type
			}
			switch o := o.(type) {
			case *types.PkgName, *types.Label, *types.Builtin:
				return "", obj, true
			case *types.Const:
				t = o.Type()
			case *types.Nil:
				return "untyped nil", obj, true
			}
			return str(t), obj, true
		}
		return "", "", false
	}
	tv, recorded := w.info.Types[e]
	if !recorded || tv.Type == nil || tv.IsBuiltin() {
		return "", "", false
	}
	if sel, isSel := e.(*ast.SelectorExpr); isSel {
		if o := w.info.Uses[sel.Sel]; o != nil {
			obj = w.object(o)
		}
	}
	t := w.operand(e)
	if tuple, isTuple := t.(*types.Tuple); isTuple && tuple.Len() == 2 {
		switch ast.Unparen(e).(type) {
		case *ast.IndexExpr, *ast.TypeAssertExpr, *ast.UnaryExpr:
			t = tuple.At(0).Type()
		}
	}
	return str(t), obj, true
}

func (w *writer) object(o types.Object) string {
	switch o := o.(type) {
	case *types.PkgName:
		return "package " + path(o.Imported())
	case *types.Builtin:
		if o.Pkg() != nil {
			return "unsafe." + o.Name()
		}
		return o.Name()
	case *types.Nil:
		return "nil"
	case *types.Label:
		return w.local(o)
	case *types.Var:
		if o.IsField() {
			return w.l.fields[o.Origin()]
		}
	case *types.Func:
		recv := o.Type().(*types.Signature).Recv()
		if recv != nil {
			t := types.Unalias(recv.Type())
			if p, ok := t.(*types.Pointer); ok {
				t = types.Unalias(p.Elem())
			}
			if n, ok := t.(*types.Named); ok {
				if n.Obj().Pkg() == nil {
					return n.Obj().Name() + "." + o.Name()
				}
				if n.Obj().Parent() != n.Obj().Pkg().Scope() {
					return ""
				}
				return path(n.Obj().Pkg()) + "." + n.Obj().Name() + "." + o.Name()
			}
			return ""
		}
	}
	if o.Pkg() == nil {
		return o.Name()
	}
	if o.Parent() == o.Pkg().Scope() {
		return path(o.Pkg()) + "." + o.Name()
	}
	return w.local(o)
}

// local tells where in the file a local name is declared.
func (w *writer) local(o types.Object) string {
	if !o.Pos().IsValid() {
		return ""
	}
	return fmt.Sprintf("local %d", w.offset(o.Pos()))
}

// operand is the type that an expression has before its place converts it: untyped constants stay untyped.
func (w *writer) operand(e ast.Expr) types.Type {
	tv := w.info.Types[e]
	recorded := tv.Type
	switch e := e.(type) {
	case *ast.BasicLit:
		switch e.Kind {
		case token.INT:
			return types.Typ[types.UntypedInt]
		case token.FLOAT:
			return types.Typ[types.UntypedFloat]
		case token.IMAG:
			return types.Typ[types.UntypedComplex]
		case token.CHAR:
			return types.Typ[types.UntypedRune]
		case token.STRING:
			return types.Typ[types.UntypedString]
		}
	case *ast.Ident:
		return w.constant(e, recorded)
	case *ast.SelectorExpr:
		return w.constant(e.Sel, recorded)
	case *ast.ParenExpr:
		if tv.IsType() {
			return recorded
		}
		return w.operand(e.X)
	case *ast.UnaryExpr:
		switch e.Op {
		case token.ADD, token.SUB, token.XOR, token.NOT:
			return w.operand(e.X)
		}
	case *ast.BinaryExpr:
		switch e.Op {
		case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
			return types.Typ[types.UntypedBool]
		case token.SHL, token.SHR:
			x := w.operand(e.X)
			if !untyped(x) {
				return x
			}
			if tv.Value == nil {
				return recorded
			}
			if x == types.Typ[types.UntypedRune] {
				return x
			}
			return types.Typ[types.UntypedInt]
		}
		return larger(w.operand(e.X), w.operand(e.Y))
	case *ast.CallExpr:
		id, ok := ast.Unparen(e.Fun).(*ast.Ident)
		if !ok || tv.Value == nil {
			return recorded
		}
		if b, ok := w.info.Uses[id].(*types.Builtin); ok && len(e.Args) > 0 {
			t := w.operand(e.Args[0])
			for _, a := range e.Args[1:] {
				t = larger(t, w.operand(a))
			}
			if untyped(t) {
				switch b.Name() {
				case "min", "max":
					return t
				case "real", "imag":
					return types.Typ[types.UntypedFloat]
				case "complex":
					return types.Typ[types.UntypedComplex]
				}
			}
		}
	}
	return recorded
}

func (w *writer) constant(id *ast.Ident, recorded types.Type) types.Type {
	switch o := w.info.Uses[id].(type) {
	case *types.Const:
		return o.Type()
	case *types.Nil:
		return types.Typ[types.UntypedNil]
	}
	return recorded
}

func untyped(t types.Type) bool {
	b, ok := t.(*types.Basic)
	return ok && b.Info()&types.IsUntyped != 0
}

func larger(x, y types.Type) types.Type {
	if !untyped(x) {
		return x
	}
	if !untyped(y) {
		return y
	}
	if x.(*types.Basic).Kind() > y.(*types.Basic).Kind() {
		return x
	}
	return y
}
