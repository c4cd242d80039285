import { describe, expect, it } from "vitest";
import { type Host, targetKey, targetOf } from "../../src/go/build-target.ts";
import { importsOnly } from "../../src/go/outline.ts";

const host: Host = { goos: "linux", goarch: "amd64", cgo: true, tags: [], go: { major: 1, minor: 26 } };

function key(path: string, line = "", from: Host = host): string | null {
  const header = importsOnly(`${line === "" ? "" : `//go:build ${line}\n\n`}package a\n`);
  const target = targetOf({ path, build: header.build, cgo: false }, from);
  return target && targetKey(target);
}

describe("targetOf", () => {
  it.each([
    ["a.go", "", "linux/amd64"],
    ["a_test.go", "", "linux/amd64"],
    ["a_windows.go", "", "windows/amd64 nocgo"],
    ["a_windows_test.go", "", "windows/amd64 nocgo"],
    ["a_arm64.go", "", "darwin/arm64 nocgo"],
    ["a_linux_386.go", "", "linux/386 nocgo"],
    ["a.go", "linux || darwin", "linux/amd64"],
    ["a.go", "!linux && !darwin", "windows/amd64 nocgo"],
    ["a.go", "unix && !linux", "darwin/arm64 nocgo"],
    ["a.go", "integration", "linux/amd64 integration"],
    ["a.go", "integration && !short && windows", "windows/amd64 nocgo integration"],
    ["a.go", "cgo", "linux/amd64"],
    ["a.go", "!cgo", "linux/amd64 nocgo"],
    ["a.go", "go1.21 && !go1.40", "linux/amd64"],
    ["a.go", "gc", "linux/amd64"],
    ["a.go", "a && b && (c || d)", "linux/amd64 a,b,c"],
  ])("%s with %j is built for %s", (path, line, expected) => {
    expect(key(path, line)).toBe(expected);
  });

  it("changes the tags of the host as little as it can", () => {
    const tagged = { ...host, tags: ["x", "y"] };
    expect(key("a.go", "", tagged)).toBe("linux/amd64 x,y");
    expect(key("a.go", "!x", tagged)).toBe("linux/amd64 y");
    expect(key("a.go", "z", tagged)).toBe("linux/amd64 x,y,z");
  });

  it("knows no target for what nothing builds", () => {
    expect(key("a.go", "race")).toBeNull();
    expect(key("a.go", "go1.99")).toBeNull();
    expect(key("a_linux.go", "windows")).toBeNull();
    expect(key("a.go", "a && b && c && d && e && f && g && h && i")).toBeNull();
  });

  it("wants cgo for a file that imports C", () => {
    const nocgo = { ...host, cgo: false };
    const target = targetOf({ path: "a.go", build: [], cgo: true }, nocgo);
    expect(target?.cgo).toBe(true);
  });
});
