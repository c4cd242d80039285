import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LiteralSearch, WORD_END } from "../../src/engine/literals.ts";
import { Triggers } from "../../src/engine/triggers.ts";
import { outline } from "../../src/go/outline.ts";
import type { Rule } from "../../src/rule/rule.ts";
import { callRule } from "./rules.ts";

const rule = (id: string, triggers: Rule["triggers"], imports?: readonly string[]): Rule =>
  callRule(id, "bad", () => [], { triggers, ...(imports ? { imports } : {}) });

function selected(triggers: Triggers, text: string): { names: string[]; rules: string[] } {
  const presence = triggers.search(Buffer.from(text));
  const open = triggers.open([presence]);
  if (!triggers.touches(presence, open)) return { names: [], rules: [] };
  const { touched, rules } = triggers.select(text, outline(text).declarations, presence, open);
  return { names: touched.flatMap((d) => d.names), rules: [...rules].map((r) => r.id).sort() };
}

describe("Triggers", () => {
  const text =
    "package a\n\n// bad( in a comment\n\nfunc f() { bad() }\n\nfunc g() { go h(); c <- 1 }\n\nfunc h() { go g() }\n\nvar x = bad()\n";

  it("selects the declarations that hold a literal, and all parts of a combined one", () => {
    const one = new Triggers([rule("one", ["bad("]), rule("two", [["go ", "<-"]])], "mark");
    expect(selected(one, text)).toEqual({ names: ["f", "g", "x"], rules: ["one", "two"] });
    expect(selected(new Triggers([rule("two", [["go ", "<-"]]), rule("none", ["nowhere"])], "mark"), text)).toEqual({
      names: ["g"],
      rules: ["two"],
    });
    expect(selected(new Triggers([rule("none", [["bad(", "go "]])], "mark"), text)).toEqual({ names: [], rules: [] });
  });

  it("leaves out declarations in whose text the rule sees that it can find nothing", () => {
    const picky = { ...rule("picky", ["bad("]), mayHold: (declaration: string) => declaration.startsWith("var") };
    expect(selected(new Triggers([picky], "mark"), text)).toEqual({ names: ["x"], rules: ["picky"] });
    expect(selected(new Triggers([{ ...picky, mayHold: () => false }], "mark"), text)).toEqual({ names: [], rules: [] });
    expect(selected(new Triggers([picky, rule("one", ["bad("])], "mark"), text)).toEqual({ names: ["f", "x"], rules: ["one", "picky"] });
  });

  it("shows everything to a rule without triggers", () => {
    const all = new Triggers([rule("all", [])], "mark");
    expect(all.touches(all.search(Buffer.from("package a\n")), all.all)).toBe(true);
    expect(selected(all, text)).toEqual({ names: ["f", "g", "h", "x"], rules: ["all"] });
  });

  it("searches a directory's files for what their imports leave of the rules", () => {
    const gated = rule("gated", ["bad("], ["time"]);
    const t = new Triggers([gated, rule("free", ["h("])], "mark");
    const together = (...sources: string[]) => {
      const { presences, open } = t.searchTogether(sources.map((s) => Buffer.from(s)));
      return {
        open: [...open].map((r) => r.id),
        touched: presences.map((p) => t.touches(p, open)),
        marked: presences.map((p) => p.marked),
      };
    };
    const uses = 'package a\n\nvar x = bad("time")\n// mark\n';
    const imports = 'package a\n\nimport "time"\n';
    expect(together(uses)).toEqual({ open: ["free"], touched: [false], marked: [true] });
    expect(together(uses, imports)).toEqual({ open: ["gated", "free"], touched: [true, false], marked: [true, false] });
  });

  it("leaves out a rule whose imports no file of the package has", () => {
    const gated = rule("gated", ["bad("], ["time", "example.com/m/..."]);
    const t = new Triggers([gated, rule("free", ["h("])], "mark");
    const seen = (source: string) => t.search(Buffer.from(source));
    const names = (...others: string[]) => [...t.open([seen(text), ...others.map(seen)])].map((r) => r.id);
    expect(names()).toEqual(["free"]);
    expect(names('import "time"')).toEqual(["gated", "free"]);
    expect(names('import "example.com/m/v2"')).toEqual(["gated", "free"]);
    expect(names('import "timer"')).toEqual(["free"]);
    expect(selected(t, text)).toEqual({ names: ["g", "h"], rules: ["free"] });
    expect(selected(t, text.replace("package a", 'package a\n\nimport "time"'))).toEqual({
      names: ["f", "g", "h", "x"],
      rules: ["free", "gated"],
    });
  });

  it("leaves out a rule whose marks no file of the package has", () => {
    const marked = rule("marked", ["bad("]);
    const t = new Triggers([marked], "mark", new Map([[marked, ["go:build go1."]]]));
    expect(t.open([t.search(Buffer.from(text))]).size).toBe(0);
    expect(t.open([t.search(Buffer.from(`//go:build go1.21\n\n${text}`))]).size).toBe(1);
  });

  it("never passes over a file in which a declaration is selected, and selects what a plain search would", () => {
    const words = ["ab", "b(", "(c", "abc", "世", "x"];
    const body = fc.array(fc.constantFrom(...words, " ", "a", "c"), { maxLength: 12 }).map((parts) => `/* ${parts.join("")} */`);
    const trigger = fc.oneof(fc.constantFrom(...words), fc.array(fc.constantFrom(...words), { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(body, { maxLength: 5 }), fc.array(trigger, { minLength: 1, maxLength: 4 }), (bodies, triggers) => {
        const source = `package a\n\n${bodies.map((b, i) => `func f${i}() { ${b} }\n`).join("\n")}`;
        const t = new Triggers([rule("r", triggers)], "mark");
        const presence = t.search(Buffer.from(source));
        const touched = t.touches(presence, t.all) ? t.select(source, outline(source).declarations, presence, t.all).touched : [];
        const expected = outline(source).declarations.filter((d) => {
          const own = source.slice(d.start, d.end);
          return triggers.some((x) => (typeof x === "string" ? [x] : x).every((part) => own.includes(part)));
        });
        expect(touched).toEqual(expected);
      }),
    );
  });
});

describe("LiteralSearch", () => {
  it("finds what a search for each literal finds", () => {
    const text = (max: number) => fc.string({ unit: fc.constantFrom("a", "b", "c", "(", "é", "世"), minLength: 1, maxLength: max });
    fc.assert(
      fc.property(fc.array(text(10), { maxLength: 12 }), fc.array(text(12), { maxLength: 30 }), (literals, parts) => {
        const bytes = Buffer.from(parts.join(""));
        const found = [...new LiteralSearch(literals).search(bytes)];
        expect(found).toEqual(literals.map((l) => (bytes.includes(l) ? 1 : 0)));
      }),
      { numRuns: 1_000 },
    );
  });

  it("finds many literals in long texts, words only where they end, and keeps what was found elsewhere", () => {
    const letters = (max: number) => fc.string({ unit: fc.constantFrom("a", "b", "Z", "(", " ", "_", "é"), minLength: 1, maxLength: max });
    const literal = fc.tuple(letters(7), fc.boolean()).map(([text, word]) => ({ text, word }));
    fc.assert(
      fc.property(
        fc.array(literal, { minLength: 40, maxLength: 150 }),
        fc.array(letters(40), { minLength: 20, maxLength: 60 }),
        (literals, parts) => {
          const text = parts.join("");
          const search = new LiteralSearch(literals.map((l) => (l.word ? `${l.text}${WORD_END}` : l.text)));
          const stands = ({ text: l, word }: { text: string; word: boolean }): boolean => {
            for (let at = text.indexOf(l); at >= 0; at = text.indexOf(l, at + 1))
              if (!word || !/^[\w\u0080-\uffff]/.test(text.slice(at + l.length))) return true;
            return false;
          };
          const expected = literals.map((l) => (stands(l) ? 1 : 0));
          expect([...search.search(Buffer.from(text))]).toEqual(expected);
          const all = new Uint8Array(literals.length).fill(1);
          expect([...search.search(Buffer.from(text), all)]).toEqual([...all]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it("refuses more than can be looked for", () => {
    expect(() => new LiteralSearch(Array.from({ length: 70_000 }, (_, i) => `literal${i}`))).toThrow("70000 literals, where 65536");
    expect(() => new LiteralSearch(["a".repeat(70_000)])).toThrow("too long");
    const many = Array.from({ length: 9_000 }, (_, i) => `literal${i};`);
    expect(new LiteralSearch(many).search(Buffer.from("literal8999; literal7;")).reduce((sum, f) => sum + f, 0)).toBe(2);
  });

  it("finds at both ends, and nothing in little", () => {
    const search = new LiteralSearch(["time.After", "go ", "After(", "x"]);
    const found = (text: string): string => [...search.search(Buffer.from(text))].join("");
    expect(found("time.After(")).toBe("1010");
    expect(found("After(go x")).toBe("0111");
    expect(found("time.Afte")).toBe("0000");
    expect(found("")).toBe("0000");
    expect(found("x")).toBe("0001");
    expect([...new LiteralSearch([]).search(Buffer.from("abc"))]).toEqual([]);
  });
});
