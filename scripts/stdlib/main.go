// Command stdlib prints what the standard library exports, one JSON line for each package: names with their types, constants with their
// values, and the sizes of types on platforms with 4-byte words. What differs between platforms is printed without a type.
// scripts/gen-stdlib.ts runs it and adds since when each name is there.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/build"
	"go/constant"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"unicode/utf8"
)

var platforms = []string{"linux/amd64", "linux/386", "linux/arm", "darwin/arm64", "windows/amd64", "freebsd/amd64", "js/wasm"}

// member is an encoded declaration. Kind: f func, v var, c const, t type, a alias.
type member struct {
	Kind        string            `json:"kind"`
	Type        string            `json:"type"`
	Value       string            `json:"value,omitempty"`
	Constraints []string          `json:"constraints,omitempty"`
	Methods     map[string]string `json:"methods,omitempty"`
	// Size and alignment on 386, then on arm.
	Sizes []int64 `json:"sizes,omitempty"`
}

type pkg struct {
	Path    string             `json:"path"`
	Name    string             `json:"name"`
	Members map[string]*member `json:"members"`
}

func main() {
	out, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "go list std:", err)
		os.Exit(1)
	}
	var public []string
	for _, path := range strings.Fields(string(out)) {
		if !strings.HasPrefix(path, "vendor/") && !strings.Contains(path, "internal/") && !strings.HasSuffix(path, "/internal") && path != "internal" {
			public = append(public, path)
		}
	}
	merged := map[string]*pkg{}
	for _, platform := range platforms {
		goos, goarch, _ := strings.Cut(platform, "/")
		l := newLoader(goos, goarch)
		found := l.collect(public)
		for path, p := range found {
			if merged[path] == nil {
				merged[path] = p
			} else {
				merge(merged[path], p)
			}
		}
	}
	var paths []string
	for path := range merged {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	w := bufio.NewWriter(os.Stdout)
	defer w.Flush()
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, path := range paths {
		if err := enc.Encode(merged[path]); err != nil {
			panic(err)
		}
	}
}

func merge(into, from *pkg) {
	for name, m := range from.Members {
		old := into.Members[name]
		if old == nil {
			into.Members[name] = m
			continue
		}
		if old.Kind != m.Kind || strings.Join(old.Constraints, ";") != strings.Join(m.Constraints, ";") {
			old.Kind = "x"
			continue
		}
		if old.Type != m.Type {
			old.Type = "?"
		}
		if old.Value != m.Value {
			old.Value = ""
		}
		if old.Sizes == nil {
			old.Sizes = m.Sizes
		} else if m.Sizes != nil {
			old.Sizes = append(old.Sizes, m.Sizes...)
		}
		for name, sig := range m.Methods {
			if had, ok := old.Methods[name]; ok && had != sig {
				old.Methods[name] = "?"
			} else {
				if old.Methods == nil {
					old.Methods = map[string]string{}
				}
				old.Methods[name] = sig
			}
		}
	}
}

// ---------------------------------------------------------------- loading

type loader struct {
	fset  *token.FileSet
	ctx   build.Context
	sizes types.Sizes
	done  map[string]*types.Package
}

func newLoader(goos, goarch string) *loader {
	ctx := build.Default
	ctx.GOOS, ctx.GOARCH, ctx.CgoEnabled = goos, goarch, false
	return &loader{token.NewFileSet(), ctx, types.SizesFor("gc", goarch), map[string]*types.Package{}}
}

func (l *loader) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := l.done[path]; p != nil {
		return p, nil
	}
	dir := filepath.Join(l.ctx.GOROOT, "src", path)
	if _, err := os.Stat(dir); err != nil {
		dir = filepath.Join(l.ctx.GOROOT, "src", "vendor", path)
	}
	bp, err := l.ctx.ImportDir(dir, 0)
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range bp.GoFiles {
		f, err := parser.ParseFile(l.fset, filepath.Join(dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	conf := types.Config{Importer: l, Sizes: l.sizes, IgnoreFuncBodies: true, FakeImportC: true, Error: func(error) {}}
	p, _ := conf.Check(path, l.fset, files, nil)
	l.done[path] = p
	return p, nil
}

// ---------------------------------------------------------------- encoding

type collector struct {
	l      *loader
	pkgs   map[string]*pkg
	queue  []*types.TypeName
	queued map[*types.TypeName]bool
}

func (l *loader) collect(paths []string) map[string]*pkg {
	c := &collector{l, map[string]*pkg{}, nil, map[*types.TypeName]bool{}}
	for _, path := range paths {
		if path == "unsafe" {
			continue
		}
		p, err := l.Import(path)
		if err != nil {
			continue // not for this platform
		}
		out := c.pkg(p)
		scope := p.Scope()
		for _, name := range scope.Names() {
			if obj := scope.Lookup(name); obj.Exported() {
				c.add(out, obj)
			}
		}
	}
	for len(c.queue) > 0 {
		tn := c.queue[0]
		c.queue = c.queue[1:]
		out := c.pkg(tn.Pkg())
		if out.Members[tn.Name()] == nil {
			c.add(out, tn)
		}
	}
	return c.pkgs
}

func (c *collector) pkg(p *types.Package) *pkg {
	if c.pkgs[p.Path()] == nil {
		c.pkgs[p.Path()] = &pkg{p.Path(), p.Name(), map[string]*member{}}
	}
	return c.pkgs[p.Path()]
}

func (c *collector) add(out *pkg, obj types.Object) {
	e := &encoder{c: c, own: obj.Pkg()}
	m := &member{}
	out.Members[obj.Name()] = m
	switch obj := obj.(type) {
	case *types.Func:
		sig := obj.Type().(*types.Signature)
		m.Kind = "f"
		m.Constraints = e.params(sig.TypeParams())
		m.Type = e.str(sig)
	case *types.Var:
		m.Kind, m.Type = "v", e.str(obj.Type())
	case *types.Const:
		m.Kind, m.Type, m.Value = "c", e.str(obj.Type()), value(obj.Val())
	case *types.TypeName:
		if a, ok := obj.Type().(*types.Alias); ok || obj.IsAlias() {
			m.Kind = "a"
			if ok {
				m.Constraints = e.params(a.TypeParams())
				m.Type = e.str(a.Rhs())
			} else {
				m.Type = e.str(obj.Type())
			}
			return
		}
		named := obj.Type().(*types.Named)
		m.Kind = "t"
		m.Constraints = e.params(named.TypeParams())
		m.Type = e.str(named.Underlying())
		for i := 0; i < named.NumMethods(); i++ {
			f := named.Method(i)
			if !f.Exported() {
				continue
			}
			sig := f.Type().(*types.Signature)
			me := &encoder{c: c, own: obj.Pkg()}
			me.tparams = list(sig.RecvTypeParams())
			text := me.str(sig)
			if _, ok := types.Unalias(sig.Recv().Type()).(*types.Pointer); ok {
				text = "*" + text
			}
			if m.Methods == nil {
				m.Methods = map[string]string{}
			}
			m.Methods[f.Name()] = text
		}
		if named.TypeParams().Len() == 0 && (c.l.ctx.GOARCH == "386" || c.l.ctx.GOARCH == "arm") {
			m.Sizes = []int64{c.l.sizes.Sizeof(named), c.l.sizes.Alignof(named)}
		}
	}
}

func value(v constant.Value) string {
	switch v.Kind() {
	case constant.Bool, constant.Int, constant.Float:
		if s := v.ExactString(); len(s) < 400 {
			return s
		}
	case constant.String:
		if s := constant.StringVal(v); utf8.ValidString(s) {
			b, _ := json.Marshal(s)
			return string(b)
		}
	}
	return ""
}

func list(l *types.TypeParamList) []*types.TypeParam {
	var all []*types.TypeParam
	for i := 0; i < l.Len(); i++ {
		all = append(all, l.At(i))
	}
	return all
}

// encoder spells types for src/model/stdlib/decode.ts: own names `.Name`, others `@path.Name`, type parameters `$0`.
type encoder struct {
	c       *collector
	own     *types.Package
	tparams []*types.TypeParam
}

func (e *encoder) params(l *types.TypeParamList) []string {
	e.tparams = list(l)
	var all []string
	for _, p := range e.tparams {
		all = append(all, e.str(p.Constraint()))
	}
	return all
}

func (e *encoder) str(t types.Type) string {
	var b strings.Builder
	e.write(&b, t)
	return b.String()
}

func (e *encoder) write(b *strings.Builder, t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Basic:
		switch t.Kind() {
		case types.Byte:
			b.WriteString("uint8")
		case types.Rune:
			b.WriteString("int32")
		default:
			b.WriteString(t.String())
		}
	case *types.Named:
		obj := t.Obj()
		if obj.Pkg() == nil {
			b.WriteString(obj.Name())
		} else {
			if obj.Parent() == obj.Pkg().Scope() && !e.c.queued[obj] {
				e.c.queued[obj] = true
				e.c.queue = append(e.c.queue, obj)
			}
			if obj.Pkg() == e.own {
				b.WriteString("." + obj.Name())
			} else {
				b.WriteString("@" + obj.Pkg().Path() + "." + obj.Name())
			}
		}
		if args := t.TypeArgs(); args.Len() > 0 {
			b.WriteString("[")
			for i := 0; i < args.Len(); i++ {
				if i > 0 {
					b.WriteString(",")
				}
				e.write(b, args.At(i))
			}
			b.WriteString("]")
		}
	case *types.TypeParam:
		for i, p := range e.tparams {
			if p == t {
				fmt.Fprintf(b, "$%d", i)
				return
			}
		}
		b.WriteString("?")
	case *types.Pointer:
		b.WriteString("*")
		e.write(b, t.Elem())
	case *types.Slice:
		b.WriteString("[]")
		e.write(b, t.Elem())
	case *types.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		e.write(b, t.Elem())
	case *types.Map:
		b.WriteString("map[")
		e.write(b, t.Key())
		b.WriteString("]")
		e.write(b, t.Elem())
	case *types.Chan:
		b.WriteString(map[types.ChanDir]string{types.SendRecv: "chan ", types.SendOnly: "chan<- ", types.RecvOnly: "<-chan "}[t.Dir()])
		e.write(b, t.Elem())
	case *types.Signature:
		b.WriteString("func")
		e.signature(b, t)
	case *types.Struct:
		b.WriteString("struct{")
		first := true
		for i := 0; i < t.NumFields(); i++ {
			f := t.Field(i)
			if !f.Exported() && !f.Embedded() {
				continue
			}
			if !first {
				b.WriteString(";")
			}
			first = false
			if f.Embedded() {
				b.WriteString("+" + f.Name() + " ")
			} else {
				b.WriteString(f.Name() + " ")
			}
			e.write(b, f.Type())
		}
		b.WriteString("}")
	case *types.Interface:
		b.WriteString("interface{")
		first := true
		sep := func() {
			if !first {
				b.WriteString(";")
			}
			first = false
		}
		for i := 0; i < t.NumExplicitMethods(); i++ {
			sep()
			m := t.ExplicitMethod(i)
			b.WriteString(m.Name())
			e.signature(b, m.Type().(*types.Signature))
		}
		for i := 0; i < t.NumEmbeddeds(); i++ {
			sep()
			switch u := types.Unalias(t.EmbeddedType(i)).(type) {
			case *types.Union:
				e.write(b, u)
			default:
				b.WriteString("+")
				e.write(b, u)
			}
		}
		b.WriteString("}")
	case *types.Union:
		for i := 0; i < t.Len(); i++ {
			b.WriteString("|")
			if t.Term(i).Tilde() {
				b.WriteString("~")
			}
			e.write(b, t.Term(i).Type())
		}
	case *types.Tuple:
		panic("tuple")
	default:
		panic(fmt.Sprintf("type %T", t))
	}
}

func (e *encoder) signature(b *strings.Builder, s *types.Signature) {
	b.WriteString("(")
	for i := 0; i < s.Params().Len(); i++ {
		if i > 0 {
			b.WriteString(",")
		}
		t := s.Params().At(i).Type()
		if s.Variadic() && i == s.Params().Len()-1 {
			b.WriteString("...")
			if sl, ok := types.Unalias(t).(*types.Slice); ok {
				t = sl.Elem()
			}
		}
		e.write(b, t)
	}
	b.WriteString(")(")
	for i := 0; i < s.Results().Len(); i++ {
		if i > 0 {
			b.WriteString(",")
		}
		e.write(b, s.Results().At(i).Type())
	}
	b.WriteString(")")
}
