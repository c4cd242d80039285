/** `npm run corpus` on a small tree: what it counts, and what it sets apart. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { goVersion } from "../house/go.ts";

const LEAKY = `package a

import "os"

// Size reads the first bytes.
func Size(path string) (int, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	return f.Read(make([]byte, 512))
}
`;

describe.skipIf(goVersion() === null)("the corpus", () => {
  it("counts changed packages and importers, tells what did not build before, and runs tests", { timeout: 300_000 }, () => {
    const root = tree({
      "go.mod": "module example.com/m\n\ngo 1.22\n",
      "a/a.go": LEAKY,
      "a/a_test.go":
        'package a\n\nimport "testing"\n\nfunc TestSize(t *testing.T) {\n\tif n, err := Size("a.go"); n == 0 || err != nil {\n\t\tt.Fatal(n, err)\n\t}\n}\n',
      "b/b.go": 'package b\n\nimport "example.com/m/a"\n\nvar Size = a.Size\n',
      "c/c.go": 'package c\n\nimport "example.com/m/a"\n\nvar Size int = a.Size\n',
      "d/d.go": "package d\n",
    });
    const keep = tree({});
    const args = ["--import", "tsx", "scripts/corpus.ts", "--tests=1", `--keep=${keep}`, root];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, {
      encoding: "utf8",
      env: { ...process.env, GOFLAGS: "", GOPROXY: "off" },
    });
    expect(stderr).not.toContain("broken");
    expect(status).toBe(0);
    expect(stdout).toMatch(/not sound before: example\.com\/m\/c: build: .*cannot use a\.Size/);
    expect(stdout).toMatch(/\| 1 \| 1 \| 1 \| 2 \| 1 \| 0 \| 1 of 1: `a` \|/);
    expect(readFileSync(join(root, "a/a.go"), "utf8")).toBe(LEAKY);
    expect(readFileSync(join(keep, root.split("/").at(-1) ?? "", "a/a.go"), "utf8")).toContain("defer f.Close()");
  });
});
