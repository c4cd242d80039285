/**
 * Build constraints: `//go:build` and `// +build` lines, `_GOOS_GOARCH.go` names. Rules and lists are those of Go's `go/build`,
 * `go/build/constraint` and `internal/syslist` (1.26).
 */
import type { BuildLine } from "./outline.ts";
import type { Version } from "./version.ts";

export type Constraint =
  | { readonly op: "tag"; readonly tag: string }
  | { readonly op: "not"; readonly of: Constraint }
  | { readonly op: "and" | "or"; readonly left: Constraint; readonly right: Constraint };

export interface Platform {
  readonly goos: string;
  readonly goarch: string;
}

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

/** Names that count as GOOS in a file's name. */
export const KNOWN_OS = words(
  "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris wasip1 windows zos",
);
/** Names that count as GOARCH in a file's name. */
export const KNOWN_ARCH = words(
  "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm",
);
/** GOOS values that satisfy `unix`. */
const UNIX = words("aix android darwin dragonfly freebsd hurd illumos ios linux netbsd openbsd solaris");

/** Platforms of the gc compiler with 4-byte words (`go tool dist list`; windows/arm was supported up to 1.25). wasm has 8-byte words. */
const WORDS_OF_4: readonly Platform[] = [
  ...["android", "freebsd", "linux", "netbsd", "openbsd", "plan9", "windows"].flatMap((goos) => [
    { goos, goarch: "386" },
    { goos, goarch: "arm" },
  ]),
  { goos: "linux", goarch: "mips" },
  { goos: "linux", goarch: "mipsle" },
];

/** Go refuses expressions beyond this many terms, so as to bound the work. */
const MOST_TERMS = 1000;

/** The expression of a `//go:build` line; null when it does not parse. */
export function parseExpression(text: string): Constraint | null {
  const tokens = tokenize(text);
  if (!tokens || tokens.length > MOST_TERMS) return null;
  let at = 0;
  const chain = (op: "and" | "or", symbol: string, operand: () => Constraint | null): Constraint | null => {
    let left = operand();
    while (left && tokens[at] === symbol) {
      at++;
      const right = operand();
      if (!right) return null;
      left = { op, left, right };
    }
    return left;
  };
  const or = (): Constraint | null => chain("or", "||", and);
  const and = (): Constraint | null => chain("and", "&&", not);
  const not = (): Constraint | null => {
    if (tokens[at] !== "!") return atom();
    at++;
    // "!!x" is refused by Go
    if (tokens[at] === "!") return null;
    const of = not();
    return of && { op: "not", of };
  };
  const atom = (): Constraint | null => {
    const token = tokens[at++];
    if (token === "(") {
      const inner = or();
      return tokens[at++] === ")" ? inner : null;
    }
    return token !== undefined && isTag(token) ? { op: "tag", tag: token } : null;
  };
  const whole = or();
  return at === tokens.length ? whole : null;
}

function tokenize(text: string): string[] | null {
  const tokens: string[] = [];
  let i = 0;
  while (i < text.length) {
    const c = text[i] as string;
    if (c === " " || c === "\t") i++;
    else if (c === "(" || c === ")" || c === "!") {
      tokens.push(c);
      i++;
    } else if (text.startsWith("&&", i) || text.startsWith("||", i)) {
      tokens.push(text.slice(i, i + 2));
      i += 2;
    } else {
      let j = i;
      while (j < text.length && isTagChar(text[j] as string)) j++;
      if (j === i) return null;
      tokens.push(text.slice(i, j));
      i = j;
    }
  }
  return tokens;
}

/** Letters (of any script), digits, underscores and dots. */
function isTagChar(c: string): boolean {
  return (c >= "a" && c <= "z") || (c >= "A" && c <= "Z") || (c >= "0" && c <= "9") || c === "_" || c === "." || c > "\x7f";
}

function isTag(token: string): boolean {
  for (const c of token) if (!isTagChar(c)) return false;
  return token !== "";
}

/** One `// +build` line: options in a row are alternatives, terms joined by commas must all hold. */
function parsePlusLine(text: string): Constraint | null {
  let line: Constraint | null = null;
  for (const option of text.split(/\s+/).filter((part) => part !== "")) {
    let clause: Constraint | null = null;
    for (const literal of option.split(",")) {
      const negated = literal.startsWith("!");
      const tag = negated ? literal.slice(1) : literal;
      // what is no tag never holds
      const term: Constraint = isTag(tag) ? { op: "tag", tag } : { op: "tag", tag: "ignore" };
      const value: Constraint = negated && isTag(tag) ? { op: "not", of: term } : term;
      clause = clause ? { op: "and", left: clause, right: value } : value;
    }
    if (clause) line = line ? { op: "or", left: line, right: clause } : clause;
  }
  return line;
}

/** What a file's build lines demand together; null when they demand nothing, or cannot be read. */
export function constraintOf(build: readonly BuildLine[]): Constraint | null {
  const go = build.find((line) => line.syntax === "go:build");
  if (go) return parseExpression(go.expression);
  let all: Constraint | null = null;
  for (const line of build) {
    const own = parsePlusLine(line.expression);
    if (own) all = all ? { op: "and", left: all, right: own } : own;
  }
  return all;
}

/** Whether the constraint holds when exactly the tags for which `has` is true are set. */
export function evaluate(constraint: Constraint, has: (tag: string) => boolean): boolean {
  switch (constraint.op) {
    case "tag":
      return has(constraint.tag);
    case "not":
      return !evaluate(constraint.of, has);
    case "and":
      return evaluate(constraint.left, has) && evaluate(constraint.right, has);
    case "or":
      return evaluate(constraint.left, has) || evaluate(constraint.right, has);
  }
}

/** GOOS and GOARCH that a file's name demands: `x_linux_arm_test.go`. */
export function platformOfName(path: string): { readonly goos: string | null; readonly goarch: string | null } {
  const file = path.slice(path.lastIndexOf("/") + 1);
  const dot = file.indexOf(".");
  const name = dot < 0 ? file : file.slice(0, dot);
  const first = name.indexOf("_");
  const none = { goos: null, goarch: null };
  if (first < 0) return none;
  const parts = name.slice(first).split("_");
  if (parts.at(-1) === "test") parts.pop();
  const last = parts.at(-1) ?? "";
  const before = parts.at(-2) ?? "";
  if (KNOWN_OS.has(before) && KNOWN_ARCH.has(last)) return { goos: before, goarch: last };
  if (KNOWN_OS.has(last)) return { goos: last, goarch: null };
  if (KNOWN_ARCH.has(last)) return { goos: null, goarch: last };
  return none;
}

/** Whether a tag holds by the platform: true or false for GOOS, GOARCH and `unix`, null for a tag that the platform does not decide. */
export function platformHolds(tag: string, { goos, goarch }: Platform): boolean | null {
  if (tag === goos || tag === goarch) return true;
  if (tag === "unix") return UNIX.has(goos);
  if (tag === "linux" && goos === "android") return true;
  if (tag === "solaris" && goos === "illumos") return true;
  if (tag === "darwin" && goos === "ios") return true;
  return KNOWN_OS.has(tag) || KNOWN_ARCH.has(tag) ? false : null;
}

/** Whether some setting of the tags that the platform leaves open (`cgo`, `race`, `go1.22`, a project's own) builds the file there. */
export function canBuild(path: string, build: readonly BuildLine[], platform: Platform): boolean {
  const name = platformOfName(path);
  if (name.goos !== null && platformHolds(name.goos, platform) !== true) return false;
  if (name.goarch !== null && platformHolds(name.goarch, platform) !== true) return false;
  const constraint = constraintOf(build);
  return constraint === null || outcomes(constraint, platform).holds;
}

/** Which outcomes some setting of the open tags can bring. May say "can" of two uses of one tag that contradict each other. */
function outcomes(constraint: Constraint, platform: Platform): { holds: boolean; fails: boolean } {
  if (constraint.op === "tag") {
    const decided = platformHolds(constraint.tag, platform);
    return { holds: decided !== false, fails: decided !== true };
  }
  if (constraint.op === "not") {
    const { holds, fails } = outcomes(constraint.of, platform);
    return { holds: fails, fails: holds };
  }
  const left = outcomes(constraint.left, platform);
  const right = outcomes(constraint.right, platform);
  return constraint.op === "and"
    ? { holds: left.holds && right.holds, fails: left.fails || right.fails }
    : { holds: left.holds || right.holds, fails: left.fails && right.fails };
}

/** Whether the file can be built for a platform with 4-byte words (386, arm, mips, mipsle). */
export function builds32(path: string, build: readonly BuildLine[]): boolean {
  return WORDS_OF_4.some((platform) => canBuild(path, build, platform));
}

/** The language version that a file's `//go:build` line implies (`constraint.GoVersion`): the least `go1.N` without which it is not built. */
export function fileBuildVersion(build: readonly BuildLine[]): Version | null {
  const line = build.find((l) => l.syntax === "go:build");
  const constraint = line ? parseExpression(line.expression) : null;
  const minor = constraint ? leastMinor(constraint, true) : -1;
  return minor < 0 ? null : { major: 1, minor };
}

/** -1: no version is implied. */
function leastMinor(constraint: Constraint, positive: boolean): number {
  switch (constraint.op) {
    case "tag": {
      if (!positive) return -1;
      if (constraint.tag === "go1") return 0;
      const digits = constraint.tag.startsWith("go1.") ? constraint.tag.slice(4) : "";
      return digits !== "" && [...digits].every((c) => c >= "0" && c <= "9") ? Number(digits) : -1;
    }
    case "not":
      return leastMinor(constraint.of, !positive);
    default: {
      const left = leastMinor(constraint.left, positive);
      const right = leastMinor(constraint.right, positive);
      return (constraint.op === "and") === positive ? Math.max(left, right) : Math.min(left, right);
    }
  }
}
