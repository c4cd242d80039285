/** Go trees for reviews: small ones in which every finding is known, and a large one. */
import { LEAKY, STUCK } from "../cli/samples.ts";

/** Two files of lost-cancel (safe) and one of select-without-done (unsafe), in two packages. */
export function small(): Record<string, string> {
  return {
    "go.mod": "module example.com/small\n\ngo 1.22\n",
    "api/a.go": named(LEAKY, "api", 1) + body(named(LEAKY, "api", 2)),
    "api/b.go": named(STUCK, "api", 3),
    "store/c.go": named(LEAKY, "store", 4),
  };
}

/** About `findings` findings in packages of ten files. */
export function large(findings: number): Record<string, string> {
  const files: Record<string, string> = { "go.mod": "module example.com/large\n\ngo 1.22\n" };
  for (let n = 0; n < findings; n += 4) {
    const file = Math.floor(n / 4);
    const pkg = `pkg${String(Math.floor(file / 10)).padStart(2, "0")}`;
    const parts = [0, 1, 2].map((k) => named(LEAKY, pkg, n + k));
    files[`internal/${pkg}/file${file % 10}.go`] = [
      parts[0],
      ...parts.slice(1).map((p) => body(p ?? "")),
      body(named(STUCK, pkg, n + 3)),
    ].join("");
  }
  return files;
}

/** The sample as a member of a package, its functions numbered. */
export function named(text: string, pkg: string, n: number): string {
  return text.replace(/^package \w+/, `package ${pkg}`).replaceAll(/\b(work|wait|step)\b(?=\()/g, `$1${n}`);
}

/** Without package clause and imports. */
export function body(text: string): string {
  return text.replace(/^package \w+\n\nimport "context"\n/, "");
}
