package main

import (
	"encoding/json"
	"fmt"
	"go/types"
	"sort"
	"strings"
)

// str spells a type as typeString of src/model/types/core.ts does. Generic functions and types without arguments become "generic".
func str(t types.Type) string {
	var b strings.Builder
	write(&b, t)
	return b.String()
}

func write(b *strings.Builder, t types.Type) {
	switch t := types.Unalias(t).(type) {
	case nil:
		b.WriteString("invalid")
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
		if t.TypeParams().Len() > 0 && t.TypeArgs().Len() == 0 {
			b.WriteString("generic")
			return
		}
		obj := t.Obj()
		if obj.Pkg() != nil && obj.Parent() == obj.Pkg().Scope() {
			b.WriteString(path(obj.Pkg()) + ".")
		}
		b.WriteString(obj.Name())
		if args := t.TypeArgs(); args.Len() > 0 {
			b.WriteString("[")
			for i := 0; i < args.Len(); i++ {
				if i > 0 {
					b.WriteString(",")
				}
				write(b, args.At(i))
			}
			b.WriteString("]")
		}
	case *types.TypeParam:
		b.WriteString(t.Obj().Name())
	case *types.Pointer:
		b.WriteString("*")
		write(b, t.Elem())
	case *types.Slice:
		b.WriteString("[]")
		write(b, t.Elem())
	case *types.Array:
		fmt.Fprintf(b, "[%d]", t.Len())
		write(b, t.Elem())
	case *types.Map:
		b.WriteString("map[")
		write(b, t.Key())
		b.WriteString("]")
		write(b, t.Elem())
	case *types.Chan:
		switch t.Dir() {
		case types.RecvOnly:
			b.WriteString("<-chan ")
			write(b, t.Elem())
		case types.SendOnly:
			b.WriteString("chan<- ")
			write(b, t.Elem())
		default:
			elem := str(t.Elem())
			if strings.HasPrefix(elem, "<-") {
				elem = "(" + elem + ")"
			}
			b.WriteString("chan " + elem)
		}
	case *types.Signature:
		if t.TypeParams().Len() > 0 {
			b.WriteString("generic")
			return
		}
		b.WriteString("func")
		signature(b, t)
	case *types.Struct:
		b.WriteString("struct{")
		for i := 0; i < t.NumFields(); i++ {
			if i > 0 {
				b.WriteString("; ")
			}
			f := t.Field(i)
			if !f.Embedded() {
				b.WriteString(f.Name() + " ")
			}
			write(b, f.Type())
			if tag := t.Tag(i); tag != "" {
				b.WriteString(" ")
				enc := json.NewEncoder(&trimmed{b})
				enc.SetEscapeHTML(false)
				enc.Encode(tag)
			}
		}
		b.WriteString("}")
	case *types.Interface:
		if !t.IsMethodSet() {
			b.WriteString("interface{constraint}")
			return
		}
		if t.NumMethods() == 0 {
			b.WriteString("any")
			return
		}
		var methods []string
		for i := 0; i < t.NumMethods(); i++ {
			var m strings.Builder
			m.WriteString(t.Method(i).Name())
			signature(&m, t.Method(i).Type().(*types.Signature))
			methods = append(methods, m.String())
		}
		sort.Strings(methods)
		b.WriteString("interface{" + strings.Join(methods, "; ") + "}")
	case *types.Tuple:
		b.WriteString("(")
		for i := 0; i < t.Len(); i++ {
			if i > 0 {
				b.WriteString(", ")
			}
			write(b, t.At(i).Type())
		}
		b.WriteString(")")
	case *types.Union:
		b.WriteString("interface{constraint}")
	default:
		fmt.Fprintf(b, "?%T", t)
	}
}

func signature(b *strings.Builder, s *types.Signature) {
	b.WriteString("(")
	for i := 0; i < s.Params().Len(); i++ {
		if i > 0 {
			b.WriteString(", ")
		}
		t := s.Params().At(i).Type()
		if s.Variadic() && i == s.Params().Len()-1 {
			b.WriteString("...")
			if sl, ok := types.Unalias(t).(*types.Slice); ok {
				t = sl.Elem()
			}
		}
		write(b, t)
	}
	b.WriteString(")")
	switch r := s.Results(); r.Len() {
	case 0:
	case 1:
		b.WriteString(" ")
		write(b, r.At(0).Type())
	default:
		b.WriteString(" ")
		write(b, r)
	}
}

// trimmed drops the line end that an encoder writes.
type trimmed struct{ b *strings.Builder }

func (t *trimmed) Write(p []byte) (int, error) {
	t.b.WriteString(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}
