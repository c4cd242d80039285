/** Under which settings of the go command a file is part of its package: platform, tags, cgo. */
import { type Constraint, constraintOf, evaluate, type Platform, platformHolds, platformOfName } from "./constraint.ts";
import type { BuildLine } from "./header.ts";
import { atLeast, type Version } from "./version.ts";

/** What the go command is asked to build for. */
export interface BuildTarget extends Platform {
  /** Sorted. */
  readonly tags: readonly string[];
  readonly cgo: boolean;
}

/** What the go command builds for by default, and its version. */
export interface Host extends BuildTarget {
  readonly go: Version;
}

/** What is asked of a file. */
export interface BuildFile {
  readonly path: string;
  readonly build: readonly BuildLine[];
  /** It imports "C". */
  readonly cgo: boolean;
}

/** Platforms of `go tool dist list`, those that most people have first. */
const PLATFORMS: readonly Platform[] = [
  "linux/amd64 darwin/arm64 windows/amd64 linux/arm64 linux/386 linux/arm darwin/amd64 windows/arm64 windows/386 freebsd/amd64 netbsd/amd64",
  "openbsd/amd64 dragonfly/amd64 solaris/amd64 illumos/amd64 aix/ppc64 plan9/amd64 plan9/386 js/wasm wasip1/wasm android/arm64 ios/arm64",
  "linux/ppc64le linux/ppc64 linux/s390x linux/riscv64 linux/loong64 linux/mips linux/mipsle linux/mips64 linux/mips64le freebsd/386 freebsd/arm",
  "freebsd/arm64 freebsd/riscv64 netbsd/386 netbsd/arm netbsd/arm64 openbsd/386 openbsd/arm openbsd/arm64 plan9/arm",
]
  .join(" ")
  .split(" ")
  .map((pair) => {
    const [goos = "", goarch = ""] = pair.split("/");
    return { goos, goarch };
  });

/** Tags that a flag of their own brings, not `-tags`. */
const INSTRUMENTED = new Set(["race", "msan", "asan"]);
/** More tags than this are not tried in all combinations. */
const MOST_TAGS = 8;

/** The target nearest to the host's that builds the file; null when none is known. */
export function targetOf(file: BuildFile, host: Host): BuildTarget | null {
  const name = platformOfName(file.path);
  const constraint = constraintOf(file.build);
  const free = constraint ? openTags(constraint) : [];
  if (free.length > MOST_TAGS) return null;
  for (const platform of [host, ...PLATFORMS]) {
    if (name.goos !== null && platformHolds(name.goos, platform) !== true) continue;
    if (name.goarch !== null && platformHolds(name.goarch, platform) !== true) continue;
    const own = platform.goos === host.goos && platform.goarch === host.goarch;
    for (const cgo of cgoOf(file, own && host.cgo)) {
      const tags = constraint ? tagsFor(constraint, free, platform, cgo, host) : host.tags;
      if (tags) return { goos: platform.goos, goarch: platform.goarch, tags, cgo };
    }
  }
  return null;
}

/** Targets as one word, to tell them apart. */
export function targetKey({ goos, goarch, tags, cgo }: BuildTarget): string {
  return `${goos}/${goarch}${cgo ? "" : " nocgo"}${tags.length > 0 ? ` ${tags.join(",")}` : ""}`;
}

function cgoOf(file: BuildFile, usual: boolean): readonly boolean[] {
  return file.cgo ? [true] : [usual, !usual];
}

/** The host's tags with as few changes as possible, so that the constraint holds; null when none are found. */
function tagsFor(constraint: Constraint, free: readonly string[], platform: Platform, cgo: boolean, host: Host): readonly string[] | null {
  const usual = new Set(host.tags);
  for (const changed of bySize(free)) {
    const tags = new Set(usual);
    for (const tag of changed) {
      if (tags.has(tag)) tags.delete(tag);
      else tags.add(tag);
    }
    const has = (tag: string): boolean => fixedTag(tag, platform, cgo, host.go) ?? tags.has(tag);
    if (evaluate(constraint, has)) return [...tags].sort();
  }
  return null;
}

/** True or false for tags that are not free to choose. */
function fixedTag(tag: string, platform: Platform, cgo: boolean, go: Version): boolean | null {
  if (tag === "cgo") return cgo;
  if (tag === "gc") return true;
  if (tag === "gccgo" || tag === "compiler_bootstrap" || INSTRUMENTED.has(tag)) return false;
  if (/^go1\.\d+$/.test(tag)) return atLeast(go, tag.slice(2));
  return platformHolds(tag, platform);
}

function openTags(constraint: Constraint): string[] {
  const tags = new Set<string>();
  const walk = (c: Constraint): void => {
    if (c.op === "tag") tags.add(c.tag);
    else if (c.op === "not") walk(c.of);
    else {
      walk(c.left);
      walk(c.right);
    }
  };
  walk(constraint);
  const nowhere: Platform = { goos: "", goarch: "" };
  return [...tags].filter((tag) => tag !== "unix" && fixedTag(tag, nowhere, true, { major: 1, minor: 0 }) === null).sort();
}

/** All subsets, small ones first. */
function bySize(items: readonly string[]): string[][] {
  const subsets = Array.from({ length: 1 << items.length }, (_, bits) => items.filter((_, i) => bits & (1 << i)));
  return subsets.sort((a, b) => a.length - b.length);
}
