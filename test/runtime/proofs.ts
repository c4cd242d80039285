/**
 * The faults as they run: for each rule that has a driver, its `basic` fixture is built before and after the fix, together with the driver, and
 * run. Before, the driver must see the fault; after, not. Goroutines that nothing can wake are told by the runtime's own leak profile (Go 1.26,
 * GOEXPERIMENT=goroutineleakprofile), races by the race detector, alignment by a 386 binary.
 */
import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { goEnvironment } from "../house/go.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const FIXTURES = fileURLToPath(new URL("../../fixtures", import.meta.url));

export interface Proof {
  readonly rule: string;
  /** What the driver said of the fixture before and after the fix: `fault: ...`, `fine: ...`, or how it failed. */
  readonly before: string;
  readonly after: string;
}

type Variant = "before" | "after";

/** How a rule's fixture is built, where not as all the others. */
interface Build {
  readonly race?: boolean;
  readonly arch?: "386";
}

const BUILDS: Readonly<Record<string, Build>> = {
  "atomic-misaligned": { arch: "386" },
  "atomic-mixed-access": { race: true },
  "atomic-result-reassigned": { race: true },
  "shared-map": { race: true },
  "shared-builder": { race: true },
};

/** Exit code of a program in which the race detector saw something. */
const RACE = 66;

/** Rules with a driver. */
export function provenRules(): string[] {
  return readdirSync(join(HERE, "drivers"))
    .map((name) => basename(name, ".go"))
    .sort();
}

/** Builds and runs the drivers of these rules. Throws when something does not build. `done` is told as they end. */
export async function prove(rules: readonly string[], done: (proof: Proof) => void = () => {}): Promise<Proof[]> {
  const root = mkdtempSync(join(tmpdir(), "gomend-proof-"));
  try {
    const groups = new Map<string, { dir: string; build: Build; rules: string[] }>();
    for (const rule of rules) {
      const build = BUILDS[rule] ?? {};
      const go = /^\/\/ fixture:.*\bgo=(\S+)/m.exec(fixture(rule, "before"))?.[1] ?? "1.26";
      const key = JSON.stringify([go, build]);
      const group = groups.get(key) ?? { dir: join(root, String(groups.size)), build, rules: [] };
      groups.set(key, group);
      group.rules.push(rule);
      for (const variant of ["before", "after"] as const) lay(rule, variant, group.dir);
      writeFileSync(join(group.dir, "go.mod"), `module proof\n\ngo ${go}\n`);
    }
    for (const { dir, build } of groups.values()) compile(dir, build);
    const queue = [...groups.values()].flatMap(({ dir, rules: own }) => own.map((rule) => ({ dir, rule })));
    const proofs: Proof[] = [];
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const { dir, rule } = next;
        const proof = { rule, before: await run(dir, rule, "before"), after: await run(dir, rule, "after") };
        proofs.push(proof);
        done(proof);
      }
    };
    await Promise.all([work(), work(), work(), work()]);
    return proofs.sort((a, b) => (a.rule < b.rule ? -1 : 1));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

export function isProven({ before, after }: Proof): boolean {
  return before.startsWith("fault: ") && after.startsWith("fine: ");
}

function fixture(rule: string, variant: Variant): string {
  return readFileSync(join(FIXTURES, variant, rule, "basic.go"), "utf8");
}

/** A program of the fixture, the driver and what drivers share. */
function lay(rule: string, variant: Variant, module: string): void {
  const dir = join(module, `${rule}-${variant}`);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "fixture.go"), fixture(rule, variant).replace(/^package fixture$/m, "package main"));
  copyFileSync(join(HERE, "drivers", `${rule}.go`), join(dir, "driver.go"));
  copyFileSync(join(HERE, "support.go"), join(dir, "support.go"));
}

function compile(dir: string, { race, arch }: Build): void {
  const env = {
    ...goEnvironment(),
    GOEXPERIMENT: "goroutineleakprofile",
    CGO_ENABLED: arch ? "0" : "1",
    ...(arch ? { GOARCH: arch } : {}),
  };
  const out = join(dir, "bin");
  mkdirSync(out);
  execFileSync("go", ["build", ...(race ? ["-race"] : []), "-o", `${out}/`, "./..."], { cwd: dir, env, stdio: ["ignore", "pipe", "pipe"] });
}

function run(dir: string, rule: string, variant: Variant): Promise<string> {
  const program = join(dir, "bin", `${rule}-${variant}`);
  return new Promise((resolve) => {
    execFile(program, { cwd: dir, timeout: 120_000, maxBuffer: 1 << 26, env: { ...process.env, GODEBUG: "" } }, (error, stdout, stderr) => {
      const verdict = stdout.split("\n").findLast((line) => /^(fault|fine): /.test(line));
      const code = error && "code" in error ? error.code : 0;
      if (BUILDS[rule]?.race && stderr.includes("DATA RACE")) resolve("fault: the race detector sees a race");
      else if (code === RACE) resolve("fault: the race detector sees a race");
      else if (/fatal error: concurrent map/.test(stderr)) resolve("fault: the runtime ends the program: concurrent map access");
      else
        resolve(verdict ?? `no verdict: ${error ? String(error.message).split("\n")[0] : ""} ${stderr.split("\n").slice(0, 3).join(" ")}`);
    });
  });
}
