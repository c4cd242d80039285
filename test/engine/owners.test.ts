import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Owners } from "../../src/engine/owners.ts";
import { tree } from "./tree.ts";

const owners = (text: string): ((path: string) => string) => {
  const parsed = new Owners("/r", text);
  return (path) => parsed.of(join("/r", path)).join(" ");
};

describe("code owners", () => {
  it("are those of the last line that matches", () => {
    const of = owners("* @all\n/net/ @net @http # both\n*.go @gophers\nnet/http/h.go\n");
    expect(of("README.md")).toBe("@all");
    expect(of("net/doc.txt")).toBe("@net @http");
    expect(of("net/x.go")).toBe("@gophers");
    expect(of("net/http/h.go")).toBe("");
    expect(of("../other.go")).toBe("");
  });

  it("of GitLab's sections decide each for themselves, with defaults", () => {
    const of = owners("* @all\n[Docs] @docs\n*.md\n^[Core][2] @core\n/core/\n/core/x.go @x\n");
    expect(of("a.md")).toBe("@all @docs");
    expect(of("core/y.go")).toBe("@all @core");
    expect(of("core/x.go")).toBe("@all @x");
  });

  it("may own paths with blanks, and no negation", () => {
    const of = owners("/with\\ blank/ @a\n!keep.go @b\n");
    expect(of("with blank/x.go")).toBe("@a");
    expect(of("keep.go")).toBe("");
  });

  it("stand in one file of the work tree, not above it", () => {
    const root = tree({
      CODEOWNERS: "* @outer\n",
      "repo/.git/": "",
      "repo/a/b/x.go": "",
      "repo/.github/CODEOWNERS": "* @inner\n",
      "bare/.git/": "",
      "bare/a/": "",
    });
    expect(Owners.near(join(root, "repo/a/b"))?.of(join(root, "repo/a/b/x.go"))).toEqual(["@inner"]);
    expect(Owners.near(join(root, "bare/a"))).toBeNull();
  });
});
