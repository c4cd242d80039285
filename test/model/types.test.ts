/** Types of expressions: one line, one fact. `// = T` is what Go says of the expression before it. */
import { describe, expect, test } from "vitest";
import { hasUnknown, identical, isNamed, typeString } from "../../src/model/types.ts";
import { checked, expectations, packageOf } from "./types-harness.ts";

function agree(text: string, others = {}): void {
  const rows = expectations(text, (types, node) => typeString(types.typeOf(node)), others);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.map(([line, , actual]) => `${line} // = ${actual}`)).toEqual(rows.map(([line, wanted]) => `${line} // = ${wanted}`));
}

const inBody = (body: string, declarations = "") => `${declarations}\nfunc body() {\n${body}\n}\n`;

describe("names", () => {
  test("locals, parameters, results, shadowing", () =>
    agree(`
func f(a, b int, c ...string) (n int64, err error) {
	_ = a // = int
	_ = c // = []string
	_ = n // = int64
	_ = err // = error
	{
		a := "inner"
		_ = a // = string
	}
	_ = a // = int
	if b := a > 3; b {
		_ = b // = bool
	}
	_ = b // = int
	return
}`));

  test("a name is its old self in the statement that shadows it", () =>
    agree(inBody("x := 1\n{\n x := string(rune(x))\n _ = x // = string\n}\n_ = x // = int")));

  test("package level: variables by their values, constants by kind, functions", () =>
    agree(
      inBody(
        "_ = v // = []time.Duration\n_ = c // = untyped int\n_ = d // = time.Duration\n_ = g // = func(int) (string, error)\n_ = x // = string\n_ = y // = error",
        `
var v = []time.Duration{1}
const c = 1 << 3
const d = 5 * time.Second
func g(int) (string, error) { return "", nil }
var x, y = g(1)`,
      ),
    ));

  test("iota and implicit repetition keep the type", () =>
    agree(
      inBody(
        "_ = B // = example.com/p.kind\n_ = N // = untyped int\n_ = R // = untyped rune",
        `type kind uint8
const (
	A kind = iota
	B
	C
)
const (
	M = iota
	N
)
const Q, R = iota, 'r'`,
      ),
    ));

  test("names of the universe may be declared anew", () =>
    agree(`func f(len []byte, string int) {\n_ = len // = []uint8\n_ = string // = int\n}`));

  test("iota outside of a constant is somebody's own name", () => {
    const { types, at } = checked("func f() { iota := 3; use(iota) }");
    expect(types.typeOf(at("iota", 1)).kind).toBe("unknown");
  });
});

describe("selectors", () => {
  const declarations = `
type Base struct { sync.Mutex; ID int; inner *Deep }
type Deep struct { Level int8; Same string }
type Other struct { Same string }
type S struct { *Base; Deep; Other; m map[string]*S; io.Reader }
func (b *Base) Name() string { return "" }
func (s S) Clone() *S { return nil }
type I interface { io.Closer; Get() (int, error) }`;

  test("fields and methods through pointers and embedding", () =>
    agree(
      inBody(
        `var s S
var p *S
_ = s.ID // = int
_ = p.Base.ID // = int
_ = p.inner.Level // = int8
_ = s.Level // = int8
_ = p.Name // = func() string
_ = s.Lock // = func()
_ = p.Read // = func([]uint8) (int, error)
_ = s.m["x"].Clone().Deep // = example.com/p.Deep
_ = S.Clone // = func(example.com/p.S) *example.com/p.S
_ = (*S).Name // = func(*example.com/p.S) string
_ = I.Get // = func(example.com/p.I) (int, error)
var i I
_ = i.Close // = func() error`,
        declarations,
      ),
    ));

  test("two at one depth are none", () => {
    const { types, at } = checked(inBody("var s S\n_ = s.Same", declarations));
    expect(types.select(at("s.Same"))).toBeNull();
  });

  test("a selection tells owner, way and declaration", () => {
    const { types, at } = checked(inBody("var p *S\np.Lock()\np.Name()\n_ = p.ID\np.Close()\nvar i I\ni.Close()", declarations));
    const lock = types.select(at("p.Lock"));
    expect(lock && [lock.kind, typeString(lock.owner), lock.path, lock.indirect, lock.pointerReceiver]).toEqual([
      "method",
      "sync.Mutex",
      ["Base", "Mutex"],
      true,
      true,
    ]);
    const name = types.select(at("p.Name"));
    expect([name?.entity?.name, name?.entity?.receiver]).toEqual(["Name", "Base"]);
    expect(types.select(at("p.ID"))?.field?.node?.text).toBe("ID int");
    expect(types.select(at("p.Close"))).toBeNull();
    const close = types.select(at("i.Close"));
    expect(close && typeString(close.owner)).toBe("io.Closer");
  });

  test("an unknown embedded type hides what might be in it", () => {
    const { types, at } = checked(
      inBody("var t T\n_ = t.A\n_ = t.B", "type T struct { elsewhere.X; A int; Deep }\ntype Deep struct { B int }"),
    );
    expect(typeString(types.typeOf(at("t.A")))).toBe("int");
    expect(types.typeOf(at("t.B")).kind).toBe("unknown");
  });

  test("a lower-case name belongs to its package", () => {
    const other = packageOf({ "o.go": "package o\ntype Base struct { hidden int }\ntype T struct { hidden string }" }, "example.com/o");
    agree(
      `import "example.com/o"\n${inBody("var s S\n_ = s.hidden // = bool", "type S struct { o.Base; Own }\ntype Own struct { hidden bool }")}`,
      { "example.com/o": other },
    );
  });

  test("a local value of a package's name", () => agree(inBody("var time struct{ After int }\n_ = time.After // = int")));
});

describe("calls and operators", () => {
  test("several results, conversions, builtins", () =>
    agree(
      inBody(`f, err := os.Open("x")
_ = f // = *os.File
_ = err // = error
_ = os.Pipe() // = (*os.File, *os.File, error)
_ = []byte("x") // = []uint8
_ = time.Duration(3) // = time.Duration
_ = (*bytes.Buffer)(nil) // = *bytes.Buffer
_ = (func() int)(nil)() // = int
_ = len("x") // = int
_ = make(chan struct{}) // = chan struct{}
_ = new(time.Time) // = *time.Time
_ = append([]string(nil), "a") // = []string
_ = min(1, 2.5) // = untyped float
_ = recover() // = any
_ = unsafe.Sizeof(f) // = uintptr`),
    ));

  test("binary and unary operators", () =>
    agree(
      inBody(`var d time.Duration
var u uint8
n := 3
_ = 2 * d // = time.Duration
_ = d > 3 // = untyped bool
_ = 1 + 'a' // = untyped rune
_ = 1 / 2.0 // = untyped float
_ = 1 << 3 // = untyped int
_ = u << n // = uint8
_ = ^u // = uint8
_ = !(d > 3) // = untyped bool
_ = "a" + "b" // = untyped string
_ = &d // = *time.Duration
_ = nope + u // = uint8`),
    ));

  test("an untyped constant shifted by a variable takes the type of its place", () =>
    agree(
      inBody(
        `n := uint(3)
var u uint64 = 5
a := 1 << n // = int
u = u | 1<<n // = uint64
var w uint32 = 1 << n // = uint32
_ = int64(1 << n) // = int64
_ = u & (1<<n - 1) // = uint64
x := max(1<<n, 4)
_ = x // = int
takes(1 << n) // = ()`,
        "func takes(int8) {}",
      ),
    ));

  test("a shift inside of its place", () => {
    const { types, at } = checked(inBody("n := uint(3)\ntakes(1 << n)\n_ = u & (1<<n - 1)", "func takes(int8) {}\nvar u uint64"));
    expect(typeString(types.typeOf(at("1 << n")))).toBe("int8");
    expect(typeString(types.typeOf(at("1<<n")))).toBe("uint64");
  });

  test("stars before a parenthesised conversion dereference", () =>
    agree(inBody("var p unsafe.Pointer\n_ = *(*[8]byte)(p) // = [8]uint8")));

  test("channels, maps, assertions, with and without ok", () =>
    agree(
      inBody(`var c <-chan time.Time
var m map[string][]int
var e any
_ = <-c // = time.Time
v, ok := <-c
_ = v // = time.Time
_ = ok // = bool
_ = m["k"] // = []int
_ = m["k"][0] // = int
w, has := m["k"]
_ = w // = []int
_ = has // = bool
s, is := e.(fmt.Stringer)
_ = s // = fmt.Stringer
_ = is // = bool
_ = e.(*os.File).Close // = func() error`),
    ));

  test("index and slice", () =>
    agree(
      inBody(`type Names []string
var n Names
var a [4]int8
pa := &a
_ = n[1:] // = Names
_ = a[:] // = []int8
_ = pa[1:2] // = []int8
_ = pa[0] // = int8
_ = "abc"[0] // = uint8
_ = "abc"[1:] // = string`),
    ));
});

describe("statements", () => {
  test("range over everything", () =>
    agree(
      inBody(`for i := range 10 { _ = i // = int
}
var n uint8
for i := range n { _ = i // = uint8
}
for i, r := range "x" { _ = r // = int32
 _ = i // = int
}
for k, v := range map[string]bool{} { _ = k // = string
 _ = v // = bool
}
for v := range make(chan error) { _ = v // = error
}
for _, v := range &[3]int8{} { _ = v // = int8
}
for k, v := range maps.All(map[string]int{}) { _ = k // = string
 _ = v // = int
}
var seq iter.Seq[time.Time]
for v := range seq { _ = v // = time.Time
}`),
    ));

  test("the variable of a type switch has the type of its clause", () =>
    agree(
      inBody(`var e error
switch x := e.(type) {
case *os.PathError:
	_ = x // = *io/fs.PathError
case nil:
	_ = x // = error
case interface{ Timeout() bool }:
	_ = x.Timeout() // = bool
case *os.SyscallError, *os.LinkError:
	_ = x // = error
default:
	_ = x // = error
}`),
    ));

  test("select clauses", () =>
    agree(
      inBody(
        `var c chan *S
select {
case v := <-c:
	_ = v // = *example.com/p.S
case v, ok := <-time.After(1):
	_ = v // = time.Time
	_ = ok // = bool
}`,
        "type S struct{}",
      ),
    ));
});

describe("literals", () => {
  test("elided inner types, lengths, keys", () =>
    agree(
      inBody(
        `type P struct{ X, Y int8 }
_ = []P{{1, 2}}[0].X // = int8
_ = []*P{{1, 2}}[0] // = *P
_ = [...]string{5: "a", "b"} // = [7]string
_ = [N + 1]int{} // = [4]int
_ = [...]int{last: 1} // = [3]int
_ = map[P][]P{{1, 2}: {{3, 4}}}[P{}] // = []P
_ = func(a int, b ...string) error { return nil } // = func(int, ...string) error`,
        "const N = 3\nconst (\n first = iota\n second\n last\n)",
      ),
    ));

  test("a nested literal's own type", () => {
    const { types, at } = checked(inBody("_ = []*P{{1}}\n_ = map[P]bool{{2}: true}", "type P struct { X int8 }"));
    expect(typeString(types.typeOf(at("{1}")))).toBe("*example.com/p.P");
    expect(typeString(types.typeOf(at("{2}")))).toBe("example.com/p.P");
  });

  test("keys that are fields, keys that are values", () => {
    const { types, pkg, at } = checked(inBody("X := 1\n_ = P{X: 2}\n_ = map[int]int{X: 3}", "type P struct { X int8 }"));
    expect(typeString(types.typeOf(at("X", 2)))).toBe("int8");
    expect(pkg.binding(at("X", 2))).toBeNull();
    expect(typeString(types.typeOf(at("X", 3)))).toBe("int");
    expect(types.keySelection(at("X", 2))?.kind).toBe("field");
  });
});

describe("generics", () => {
  const declarations = `
type List[T any] struct { items []T; next *List[T] }
func (l *List[E]) Push(x E) *List[E] { _ = x // = E
 _ = l.items // = []E
 return l }
func (l *List[_]) Len() int { return 0 }
type Pair[K comparable, V any] struct { Key K; Val V }
func Map[A, B any](xs []A, f func(A) B) []B { return nil }
func First[S ~[]E, E any](s S) E { _ = s[0] // = E
 return s[0] }
func Last[S ~[]E, E any](s S, e E) E { return First(s) // = E
}
func Zero[T any]() T { panic(0) }
func Sum[T ~int | ~float64](xs ...T) T { return xs[0] }
func Drain[T any](s Source[T]) T { return s.Next() }
type Source[T any] interface { Next() T }
type clock struct{}
func (clock) Next() time.Time { return time.Time{} }
type Alias[T any] = map[string]T
func clone[P *T, T any](p P) P { c := *p // = T
 return &c }`;

  test("instantiation and inference", () =>
    agree(
      inBody(
        `var l List[string]
_ = l.items // = []string
_ = l.next.next // = *example.com/p.List[string]
_ = l.Push("x").Push // = func(string) *example.com/p.List[string]
_ = l.Len() // = int
_ = Pair[string, error]{}.Val // = error
_ = Map([]int{1}, func(i int) string { return "" }) // = []string
type Names []time.Duration
_ = First(Names{}) // = time.Duration
_ = Last([]float64{1}, 0) // = float64
_ = Zero[int8]() // = int8
_ = Zero[map[string]bool] // = func() map[string]bool
_ = Sum(1, 2.5) // = float64
_ = Sum(1, 2) // = int
_ = Drain(clock{}) // = time.Time
_ = Drain[time.Time](clock{}) // = time.Time
var a Alias[int8]
_ = a["x"] // = int8`,
        declarations,
      ),
    ));

  test("the library's", () =>
    agree(
      inBody(`var p atomic.Pointer[os.File]
_ = p.Load() // = *os.File
_ = slices.Sorted(maps.Keys(map[string]int{})) // = []string
_ = slices.Index([]string{}, "a") // = int
_ = slices.Clone([]time.Duration{}) // = []time.Duration
_ = slices.MaxFunc([]string{}, cmp.Compare[string]) // = string
_ = sync.OnceValue(func() error { return nil }) // = func() error
_ = slices.Contains([]error{}, nil) // = bool
_ = slices.Insert([]float64{}, 0, 1) // = []float64
_ = slices.Repeat(slices.Insert([]float64{}, 0, 1)[:1], 2)[0] // = float64
_ = maps.Collect(slices.All([]string{})) // = map[int]string`),
    ));

  test("what cannot be inferred is unknown", () => {
    const { types, at } = checked(inBody("_ = Map(nowhere, other)", declarations));
    expect(hasUnknown(types.typeOf(at("Map(nowhere, other)")))).toBe(true);
  });
});

describe("where it cannot be told", () => {
  test("unknown packages, unknown names, cycles", () => {
    const { types, at } = checked(inBody("_ = elsewhere.F()\n_ = nothing\n_ = a", "var a = b\nvar b = a\ntype R R2\ntype R2 R"));
    for (const text of ["elsewhere.F()", "nothing"]) expect(types.typeOf(at(text)).kind).toBe("unknown");
    expect(types.typeOf(at("a", 2)).kind).toBe("unknown");
  });

  test("build-tagged twins: known where they agree", () => {
    const pkg = packageOf({
      "p.go": "package p\nfunc f() { use(same(), other(), fd.x, fd.y, fd.only) }\nvar fd fileData",
      "p_linux.go":
        "package p\nfunc same() int { return 0 }\nfunc other() int { return 0 }\ntype fileData struct { x int; y int; only error }",
      "p_windows.go":
        'package p\nfunc same() int { return 1 }\nfunc other() string { return "" }\ntype fileData struct { x int; y string }',
    });
    const call = [...pkg.nodes("call_expression")][0];
    const args = call?.child("arguments")?.items ?? [];
    expect(args.map((a) => typeString(pkg.typeOf(a)))).toEqual(["int", "?", "int", "?", "error"]);
  });
});

describe("packages", () => {
  test("another package's source, its aliases and methods; dot imports; own names win", () => {
    const other = packageOf(
      {
        "o.go": `package o
import "time"
type T struct { When time.Time }
func (t *T) Do(n int) (T, error) { return *t, nil }
type Again = T
const Limit = 10
var Default = &T{}
func New[E any](e E) map[string]E { return nil }`,
      },
      "example.com/o",
    );
    agree(
      `import o2 "example.com/o"
import . "example.com/dot"
${inBody(`_ = o2.Default.When // = time.Time
_ = o2.Default.Do // = func(int) (example.com/o.T, error)
_ = o2.Again{} // = example.com/o.T
_ = [o2.Limit]int{} // = [10]int
_ = o2.New(error(nil)) // = map[string]error
_ = o2.Nothing // = ?`)}`,
      { "example.com/o": other },
    );
  });

  test("the library by dot", () =>
    agree(`import . "time"\n${inBody("_ = After(Second) // = <-chan time.Time\n_ = Second // = time.Duration")}`));
});

describe("constants", () => {
  const values = (text: string) => expectations(text, (types, node) => String(types.constant(node)));

  test("values, exact", () => {
    const rows = values(
      inBody(
        `_ = 5 * time.Second // = 5000000000
_ = C // = 2
_ = KB << 10 // = 1048576
_ = 1.5e3 // = 1500
_ = 7 / 2 // = 3
_ = 7 / 2.0 // = 3.5
_ = -7 % 3 // = -1
_ = len("héllo") // = 6
_ = len([...]int{1, 2, 3}) // = 3
_ = "a" + "b" // = ab
_ = 'a' + 1 // = 98
_ = 0x_ff | 0b1 // = 255
_ = 0o17 + 017 // = 30
_ = ^uint8(0) // = 255
_ = ^uint(0) // = null
_ = math.MaxInt64 // = 9223372036854775807
_ = math.MaxInt // = null
_ = math.Pi > 3 // = true
_ = time.Second > 0 && !false // = true
_ = http.MethodGet // = GET
_ = min(3, 2) // = 2
_ = string(rune(65)) // = A
_ = int64(3.0) // = 3
_ = variable // = null
_ = time.Now() // = null`,
        "const (\n A = iota\n B\n C\n)\nconst KB = 1 << 10\nvar variable = 3",
      ),
    );
    expect(rows.map((r) => r.slice(1))).toEqual(rows.map(([, wanted]) => [wanted, wanted]));
  });
});

describe("helpers", () => {
  test("identity, names, interfaces, assignability", () => {
    const { types, at } = checked(
      inBody(
        "var a *os.File\nvar b io.ReadCloser\nvar c []byte\nvar d Bytes\nvar e any\nvar f interface{}\nvar g Big\nuse(a, b, c, d, e, f, g)",
        "type Bytes []byte\ntype Big struct{}\nfunc (*Big) Close() error { return nil }\nvar closer io.Closer",
      ),
    );
    const arg = (name: string) => types.typeOf(at("use(a, b, c, d, e, f, g)").child("arguments")?.items["abcdefg".indexOf(name)] as never);
    expect(isNamed(arg("b"), "io.ReadCloser")).toBe(true);
    expect(isNamed(arg("a"), "os.File")).toBe(false);
    expect(identical(arg("e"), arg("f"))).toBe(true);
    expect(types.implements(arg("a"), arg("b"))).toBe(true);
    expect(types.assignable(arg("a"), arg("b"))).toBe(true);
    expect(types.assignable(arg("b"), arg("a"))).toBe(false);
    expect(types.assignable(arg("c"), arg("d"))).toBe(true);
    const closer = types.typeOf(at("closer"));
    expect(types.methodSet(arg("b")).map((m) => m.name)).toEqual(["Close", "Read"]);
    expect(types.methodSet(arg("g"))).toEqual([]);
    expect(types.methodSet({ kind: "pointer", elem: arg("g") }).map((m) => [m.name, m.pointerReceiver])).toEqual([["Close", true]]);
    expect(types.implements(arg("g"), closer)).toBe(false);
    expect(types.assignable(arg("g"), closer)).toBe(false);
  });
});

describe("where the grammar reads Go otherwise", () => {
  test("ten names and more of one type", () =>
    agree(`
func f(a, b, c, d, e, f, g, h, i, j, k int, l ...string) (m, n, o, p, q, r, s, t, u, v, w error) {
	_ = a // = int
	_ = k // = int
	_ = m // = error
	return
}
${inBody("_ = f // = func(int, int, int, int, int, int, int, int, int, int, int, ...string) (error, error, error, error, error, error, error, error, error, error, error)")}`));

  test("an arrow belongs to the leftmost chan", () =>
    agree(
      inBody(`var a chan<- chan int
_ = a // = chan<- chan int
var b chan (<-chan int)
_ = b // = chan (<-chan int)
var c <-chan <-chan int
_ = c // = <-chan <-chan int
var d chan<- func()
_ = d // = chan<- func()`),
    ));

  test("indexes that look like type arguments", () =>
    agree(
      inBody(`var m map[string]func(int, int) error
var t struct{ key string }
var grid map[string]map[string]bool
_ = m[t.key](1, 2) // = error
_ = grid[t.key][t.key] // = bool
x := &t
_ = new(*x) // = *struct{key string}`),
    ));
});
