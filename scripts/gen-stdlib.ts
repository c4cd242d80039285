/**
 * Writes src/model/data/stdlib.txt from the installed Go: scripts/stdlib/main.go tells names, types, values and sizes; `$GOROOT/api/go1*.txt` tell since
 * when. Run with the newest Go: `tsx scripts/gen-stdlib.ts`; `--check` only says whether the file is what this Go gives.
 *
 * A line is `path TAB name`, then for each member `TAB name[since, kind, type, ...]`, in JSON from the bracket on, as src/model/stdlib.ts reads it.
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

interface Member {
  kind: "f" | "v" | "c" | "t" | "a" | "x";
  type: string;
  value?: string;
  constraints?: string[];
  methods?: Record<string, string>;
  sizes?: number[];
}

const target = fileURLToPath(new URL("../src/model/data/stdlib.txt", import.meta.url));
const goroot = execFileSync("go", ["env", "GOROOT"], { encoding: "utf8" }).trim();
const since = readSince(join(goroot, "api"));
const printed = execFileSync("go", ["run", fileURLToPath(new URL("./stdlib/main.go", import.meta.url))], {
  encoding: "utf8",
  maxBuffer: 1 << 28,
});

const lines: string[] = [];
const missing: string[] = [];
for (const line of printed.split("\n")) {
  if (line === "") continue;
  const p = JSON.parse(line) as { path: string; name: string; members: Record<string, Member> };
  const members = Object.keys(p.members)
    .sort()
    .map((name) => name + JSON.stringify(encode(p.path, name, p.members[name] as Member)));
  lines.push([p.path, p.name, ...members].join("\t"));
}
const text = `${lines.join("\n")}\n`;

if (missing.length > 0)
  console.error(`${missing.length} exported names are in no api file (taken as new): ${missing.slice(0, 5).join(", ")}`);
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    console.error("src/model/data/stdlib.txt is not what the installed Go gives: run tsx scripts/gen-stdlib.ts");
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
  console.log(`${lines.length} packages, ${text.length} bytes`);
}

/** Symbol ("net/http.Client", "net/http.Client.Do") to the minor version that brought it. */
function readSince(dir: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const file of readdirSync(dir)) {
    const version = /^go1(?:\.(\d+))?\.txt$/.exec(file);
    if (!version) continue;
    const minor = Number(version[1] ?? 0);
    for (const line of readFileSync(join(dir, file), "utf8").split("\n")) {
      const parts = /^pkg ([^ ,]+)(?: \([^)]*\))?, (?:(?:const|var|type|func) (\w+)|method \(\*?(\w+)[^)]*\) (\w+))/.exec(line);
      if (!parts) continue;
      const symbol = `${parts[1]}.${parts[2] ?? `${parts[3]}.${parts[4]}`}`;
      const before = found.get(symbol);
      if (before === undefined || minor < before) found.set(symbol, minor);
    }
  }
  return found;
}

function encode(path: string, name: string, m: Member): unknown[] {
  const symbol = `${path}.${name}`;
  const exported = /^\p{Lu}/u.test(name) && !/(^|\/)(internal|vendor)(\/|$)/.test(path);
  const version = exported ? (since.get(symbol) ?? newest()) : -1;
  if (exported && !since.has(symbol)) missing.push(symbol);
  switch (m.kind) {
    case "c":
      return [version, "c", m.type, m.value || null];
    case "t": {
      const methods: Record<string, [number, string]> = {};
      for (const method of Object.keys(m.methods ?? {}).sort())
        methods[method] = [since.get(`${symbol}.${method}`) ?? version, (m.methods as Record<string, string>)[method] as string];
      return [version, "t", m.type, methods, m.constraints ?? null, sizes(m.sizes)];
    }
    case "f":
    case "a":
      return m.constraints ? [version, m.kind, m.type, m.constraints] : [version, m.kind, m.type];
    default:
      return [version, m.kind, m.type];
  }
}

function newest(): number {
  return Math.max(...since.values());
}

/** Size and alignment on 386 and arm; one pair where both say the same, else none. */
function sizes(all: readonly number[] | undefined): number[] | null {
  if (!all || all.length === 0) return null;
  const [size, align] = all as [number, number];
  for (let i = 0; i < all.length; i += 2) if (all[i] !== size || all[i + 1] !== align) return null;
  return [size, align];
}
