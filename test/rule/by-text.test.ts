import { describe, expect, it } from "vitest";
import { hasStatements, mayHaveContext, mayHaveRequest, placesOf } from "../../src/rule/by-text.ts";

describe("placesOf", () => {
  it("gives whole words, outside of line comments", () => {
    expect(placesOf("f.Get(x); forGet(y); Get(z)", "Get(")).toEqual([2, 21]);
    expect(placesOf("// Get(\nGet(1) // Get(", "Get(")).toEqual([8]);
    expect(placesOf("case 1: /* Get( */ Get(2)", "Get(")).toEqual([19]);
    expect(placesOf("a <- b <- c", "<-")).toEqual([2, 7]);
  });

  it("keeps what may not be in a comment", () => {
    expect(placesOf('f("//", Get(x))', "Get(")).toEqual([8]);
    expect(placesOf("`\n//`, Get(x)", "Get(")).toEqual([7]);
    expect(placesOf("/* // */ Get(x)", "Get(")).toEqual([9]);
    expect(placesOf("'\"' // Get(x)", "Get(")).toEqual([7]);
  });
});

describe("hasStatements", () => {
  it("is true of functions, and of variables that hold one", () => {
    expect(hasStatements("func f() {}")).toBe(true);
    expect(hasStatements("var f = func() {}")).toBe(true);
    expect(hasStatements("var x = f(1)")).toBe(false);
    expect(hasStatements("type T struct{ f func() }")).toBe(false);
    expect(hasStatements("const c = 1")).toBe(false);
  });
});

describe("mayHaveContext", () => {
  const may = (text: string): boolean => mayHaveContext(text, placesOf(text, "Get("));

  it("wants a name before the place", () => {
    expect(may("func f(ctx C) { Get(1) }")).toBe(true);
    expect(may("func f(c context.Context) { Get(1) }")).toBe(true);
    expect(may("func f(stream S) { Get(1) }")).toBe(true);
    expect(may("func f() { Get(1); ctx := g(); Get(2) }")).toBe(true);
    expect(may("func f() { Get(1); ctx := g() }")).toBe(false);
    expect(may("func f(e *jsontext.Encoder) { Get(1) }")).toBe(false);
    expect(may("type T struct { ctx context.Context; Get(f) }")).toBe(false);
  });

  it("lets a method's receiver have it", () => {
    expect(may("func (s *S) f() { Get(1); <-s.ctx.Done() }")).toBe(true);
    expect(may("func (s *S) f() { Get(1) }")).toBe(false);
  });

  it("wants the place in the body of the function that takes a request", () => {
    expect(may("func f(w http.ResponseWriter, r *http.Request) { Get(1) }")).toBe(true);
    expect(may("func f(r *Request) { g(func() { Get(1) }) }")).toBe(true);
    expect(may("func f() { h(func(w W, r *http.Request) { g() }); Get(1) }")).toBe(false);
    expect(may('func f() { h(func(r *http.Request) { g("}"); Get(1) }) }')).toBe(true);
    expect(may("func f() { r := NewRequest(); Get(1) }")).toBe(false);
    expect(may("func f(r *RequestInfo) { Get(1) }")).toBe(false);
  });

  it("does not take a type's braces for the body", () => {
    expect(may("func f(r *http.Request) interface{} { return Get(1) }")).toBe(true);
    expect(may("func f(r *http.Request, o struct{}) { Get(1) }")).toBe(true);
    expect(mayHaveRequest("func f(r *http.Request)", [1])).toBe(false);
  });
});
