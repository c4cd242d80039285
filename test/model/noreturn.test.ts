/** Which functions are told not to come back. */
import { expect, test } from "vitest";
import { checked, packageOf } from "./types-harness.ts";

/** How a call of a function with this body ends. */
function told(body: string, more = ""): string | null {
  const { pkg, at } = checked(`func helper(v any, on bool, list []int) {\n${body}\n}\n${more}\nfunc use() { helper(nil, false, nil) }\n`);
  return pkg.noReturn(at("helper(nil, false, nil)"));
}

test.each([
  ["panic(v)", "panic"],
  ["if v == nil {\nos.Exit(1)\n}\nos.Exit(2)", "exit"],
  ["for {\n}", null],
  ["if v == nil {\nreturn\n}\npanic(v)", null],
  ["if on {\npanic(v)\n}", null],
  ["if !on && len(list) > 0 {\npanic(v)\n} else {\npanic(1)\n}", "panic"],
  ["if len(list) == 0 {\npanic(v)\n} else if on {\nreturn\n}\npanic(v)", null],
  ["if ok := list != nil; ok {\nreturn\n}\npanic(v)", null],
  ["if always {\npanic(v)\n}", "panic"],
  ["for range list {\npanic(v)\n}", null],
  ["for range time.Tick(1) {\n}\npanic(v)", null],
  ["for i := 0; i < 3; i++ {\npanic(v)\n}", null],
  ["{\non := always\nif on {\npanic(v)\n}\n}\nstop()", "panic"],
  ["if on {\nconst on = true\nif on {\npanic(v)\n}\n} else {\nstop()\n}", "panic"],
  ["if on {\npanic(v)\n}\nstop()\nreturn", "panic"],
])("%s: %s", (body, expected) => {
  expect(told(body, "const always = true\nfunc stop() { os.Exit(1) }")).toBe(expected);
});

test("a function of another package is asked what its own calls do", () => {
  const others = {
    "example.com/q": packageOf(
      { "q.go": 'package p\nimport "os"\nfunc Fatal() { finish() }\nfunc finish() { os.Exit(1) }' },
      "example.com/q",
    ),
  };
  const { pkg, at } = checked('import p2 "example.com/q"\nfunc use() { p2.Fatal() }', others);
  expect(pkg.noReturn(at("p2.Fatal()"))).toBe("exit");
});
