/** Go language versions. */

/** A Go language version: 1.22 is `{ major: 1, minor: 22 }`. Patch releases and candidates speak the same language. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** "1.22", "1.21.3", "go1.23rc1", "go1.21.3-corp", "1" as a version; null for anything else ("default", "local", ""). */
export function parseVersion(text: string): Version | null {
  let i = text.startsWith("go") ? 2 : 0;
  const numbers: number[] = [];
  while (true) {
    const start = i;
    while (i < text.length && text.charCodeAt(i) >= 48 && text.charCodeAt(i) <= 57) i++;
    // no leading zeros, no empty part, nothing absurd
    if (i === start || i - start > 6 || (i - start > 1 && text.charCodeAt(start) === 48)) return null;
    numbers.push(Number(text.slice(start, i)));
    if (text[i] !== "." || numbers.length === 3) break;
    i++;
  }
  const rest = text.slice(i);
  const named = rest.startsWith("rc") ? 2 : rest.startsWith("beta") ? 4 : 0;
  if (rest !== "" && rest[0] !== "-") {
    const number = rest.slice(named).split("-", 1)[0] ?? "";
    if (named === 0 || number === "" || Number.isNaN(Number(number))) return null;
  }
  return { major: numbers[0] as number, minor: numbers[1] ?? 0 };
}

/** Negative when `a` is older, 0 when they are one language version, positive when `a` is newer. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor;
}

/** Whether the version is `least` ("1.23") or newer. Throws when `least` is no version: that is a mistake in our own code. */
export function atLeast(version: Version, least: string): boolean {
  const other = parseVersion(least);
  if (!other) throw new Error(`not a Go version: ${least}`);
  return compareVersions(version, other) >= 0;
}

export function formatVersion(version: Version): string {
  return `${version.major}.${version.minor}`;
}
