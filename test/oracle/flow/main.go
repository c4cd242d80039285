// Command flow prints what golang.org/x/tools/go/cfg says of every function of the Go files below the given directories:
// one JSON object for each file that parses, on a line of its own.
//
//	{"path": "fmt/print.go", "functions": [{"start": 120, "end": 400, "returns": true, "nodes": [[125, 140, 1, 99], ...]}]}
//
// Offsets count bytes. start and end are those of the body; a node is a statement or expression of a block, with 1 when the
// block is live. A live simple statement, communications apart, has a fourth number: the sum of mix(start) over the live simple
// statements that a path leads to from just after it. returns tells whether a return, or the end of the body, is live.
//
// Calls that do not return are known by their text alone, and only as statements of their own: panic, os.Exit, log.Fatal,
// log.Fatalf, log.Fatalln, runtime.Goexit.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/cfg"
)

type function struct {
	Start   int     `json:"start"`
	End     int     `json:"end"`
	Returns bool    `json:"returns"`
	Nodes   [][]int `json:"nodes"`
}

type file struct {
	Path      string     `json:"path"`
	Functions []function `json:"functions"`
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	enc := json.NewEncoder(out)
	for _, root := range os.Args[1:] {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			if functions, ok := check(path); ok {
				return enc.Encode(file{filepath.ToSlash(rel), functions})
			}
			return nil
		})
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// check reports the functions of one file, or false when it is no valid Go.
func check(path string) ([]function, bool) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, false
	}
	functions := []function{}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			if n.Body != nil {
				functions = append(functions, describe(fset.File(f.FileStart), n.Body))
			}
		case *ast.FuncLit:
			functions = append(functions, describe(fset.File(f.FileStart), n.Body))
		}
		return true
	})
	return functions, true
}

func describe(file *token.File, body *ast.BlockStmt) function {
	fn := function{Start: file.Offset(body.Lbrace), End: file.Offset(body.End()), Nodes: [][]int{}}
	graph := cfg.New(body, mayReturn)
	comms := communications(body)
	statements := make([][]*int, len(graph.Blocks)) // of each block: where to write the sum of each simple statement
	sums := make([]uint32, len(graph.Blocks))
	for _, block := range graph.Blocks {
		live := 0
		if block.Live {
			live = 1
		}
		for _, n := range block.Nodes {
			if ret, ok := n.(*ast.ReturnStmt); ok {
				if block.Live {
					fn.Returns = true
				}
				if ret.Return == body.End()-1 {
					continue // the implicit return at the closing brace
				}
			}
			if _, ok := n.(*ast.EmptyStmt); ok {
				continue // a semicolon, which the other side may see as a separator
			}
			x := guarded(n)
			start, end := file.Offset(x.Pos()), file.Offset(x.End())
			node := []int{start, end, live}
			if block.Live && x == n && simple(n) && !comms[n] {
				node = append(node, start)
				statements[block.Index] = append(statements[block.Index], &node[3])
				sums[block.Index] += mix(start)
			}
			fn.Nodes = append(fn.Nodes, node)
		}
	}
	for _, block := range graph.Blocks {
		list := statements[block.Index]
		if len(list) == 0 {
			continue
		}
		var sum uint32
		seen := make([]bool, len(graph.Blocks))
		for todo := block.Succs; len(todo) > 0; {
			b := todo[len(todo)-1]
			todo = todo[: len(todo)-1 : len(todo)-1]
			if !seen[b.Index] {
				seen[b.Index] = true
				sum += sums[b.Index]
				todo = append(todo, b.Succs...)
			}
		}
		for i := len(list) - 1; i >= 0; i-- {
			start := *list[i]
			*list[i] = int(sum)
			if !seen[block.Index] {
				sum += mix(start)
			}
		}
	}
	return fn
}

func mix(offset int) uint32 {
	x := uint32(offset+1) * 2654435761
	return (x ^ x>>15) * 2246822519
}

func simple(n ast.Node) bool {
	switch n.(type) {
	case *ast.ExprStmt, *ast.AssignStmt, *ast.IncDecStmt, *ast.SendStmt, *ast.GoStmt, *ast.DeferStmt, *ast.ReturnStmt:
		return true
	}
	return false
}

// communications are the sends and receives of select clauses: go/cfg has all of them happen before one is chosen.
func communications(body *ast.BlockStmt) map[ast.Node]bool {
	found := map[ast.Node]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		if clause, ok := n.(*ast.CommClause); ok && clause.Comm != nil {
			found[clause.Comm] = true
		}
		return true
	})
	return found
}

// guarded is the x of a type switch's `y := x.(type)`, and any other node itself.
func guarded(n ast.Node) ast.Node {
	x := n
	switch s := n.(type) {
	case *ast.AssignStmt:
		if len(s.Rhs) == 1 {
			x = s.Rhs[0]
		}
	case *ast.ExprStmt:
		x = s.X
	}
	if assertion, ok := x.(*ast.TypeAssertExpr); ok && assertion.Type == nil {
		return assertion.X
	}
	return n
}

func mayReturn(call *ast.CallExpr) bool {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name != "panic"
	case *ast.SelectorExpr:
		pkg, ok := fun.X.(*ast.Ident)
		if !ok {
			return true
		}
		switch pkg.Name + "." + fun.Sel.Name {
		case "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "runtime.Goexit":
			return false
		}
	}
	return true
}
