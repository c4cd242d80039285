/** gomend's flow graphs against those of golang.org/x/tools/go/cfg, function by function. Needs Go. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { GoNode, Source } from "../../../src/go/node.ts";
import { loadGrammar, parse } from "../../../src/go/parse.ts";
import { buildFlow, type FlowEnv } from "../../../src/model/flow.ts";
import type { Block, Flow, FuncModel } from "../../../src/model/model.ts";

type Place = NonNullable<ReturnType<Flow["locate"]>>;

export interface Difference {
  /** Path below the root, with the line of the place. */
  readonly at: string;
  readonly what: string;
}

export interface Figures {
  files: number;
  functions: number;
  /** Statements and expressions whose reachability was compared. */
  nodes: number;
  /** Of those, the ones that control never comes to. */
  dead: number;
  /** Simple statements of which it was compared which others a path leads to. */
  statements: number;
  /** Functions that can return. */
  returning: number;
  /** Functions in which gomend's grammar finds an error: not compared. */
  readonly unparsed: string[];
  readonly differences: Difference[];
}

interface OracleFile {
  readonly path: string;
  readonly functions: readonly {
    readonly start: number;
    readonly end: number;
    readonly returns: boolean;
    readonly nodes: readonly (readonly [start: number, end: number, live: 0 | 1, sum?: number])[];
  }[];
}

/** The oracle knows conditions by no value, and a call that ends the path by its text and as a statement of its own. */
const ENV: FlowEnv = {
  binding: () => null,
  noReturn(call) {
    if (call.parent?.kind !== "expression_statement") return null;
    const callee = call.child("function");
    if (!callee?.is("identifier", "selector_expression")) return null;
    return ENDS.has(callee.text) ? "exit" : null;
  },
};

const ENDS = new Set(["panic", "os.Exit", "log.Fatal", "log.Fatalf", "log.Fatalln", "runtime.Goexit"]);

/** Compares every function of the Go files below `root` (of `subdirectories` of it, when given) that Go itself can parse. */
export async function compareTree(root: string, subdirectories: readonly string[] = ["."]): Promise<Figures> {
  await loadGrammar();
  const figures: Figures = { files: 0, functions: 0, nodes: 0, dead: 0, statements: 0, returning: 0, unparsed: [], differences: [] };
  for (const sub of subdirectories) {
    const dir = join(root, sub);
    for await (const file of oracle(dir)) compareFile(dir, file, figures);
  }
  return figures;
}

async function* oracle(dir: string): AsyncIterable<OracleFile> {
  const child = spawn("go", ["run", ".", dir], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, GOWORK: "off" },
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? 1));
  });
  for await (const line of createInterface({ input: child.stdout })) yield JSON.parse(line) as OracleFile;
  const code = await ended;
  if (code !== 0) throw new Error(`the oracle ended with ${code} in ${dir}`);
}

function compareFile(dir: string, file: OracleFile, figures: Figures): void {
  const bytes = readFileSync(join(dir, file.path));
  const source: Source = { path: file.path, text: bytes.toString("utf8") };
  const toUnits = unitsOfBytes(bytes, source.text);
  const { roots, errors } = parse(source);
  const functions = new Map<number, GoNode>();
  for (const root of roots) {
    for (const node of root.find("function_declaration", "method_declaration", "func_literal")) {
      const body = node.child("body");
      if (body) functions.set(body.start, node);
    }
  }
  figures.files++;
  for (const fn of file.functions) {
    const start = toUnits(fn.start);
    const end = toUnits(fn.end);
    if (errors.some((e) => e.start <= end && e.end >= start)) {
      figures.unparsed.push(place(source, start));
      continue;
    }
    figures.functions++;
    const node = functions.get(start);
    if (!node) {
      figures.differences.push({ at: place(source, start), what: "no function here" });
      continue;
    }
    const body = node.child("body");
    const flow = buildFlow({ node, body, name: "" } as unknown as FuncModel, ENV, { constants: false });
    const returns = flow.exits.some((e) => e.kind === "return" || e.kind === "end");
    if (returns) figures.returning++;
    if (returns !== fn.returns) {
      figures.differences.push({ at: place(source, start), what: `can return: Go ${fn.returns}, gomend ${returns}` });
    }
    const bySpan = spans(body as GoNode);
    const statements: { start: number; node: GoNode; place: Place; sum: number }[] = [];
    for (const [from, to, live, sum] of fn.nodes) {
      figures.nodes++;
      if (live === 0) figures.dead++;
      const found = bySpan.get(`${toUnits(from)}:${toUnits(to)}`);
      if (!found) {
        const text = source.text.slice(toUnits(from), toUnits(to));
        figures.differences.push({ at: place(source, toUnits(from)), what: `no node for ${JSON.stringify(text)}` });
        continue;
      }
      const located = flow.locate(found);
      if ((located !== null) !== (live === 1)) {
        const what = `reachable: Go ${live === 1}, gomend ${live === 0}: ${firstLine(found)}`;
        figures.differences.push({ at: place(source, found.start), what });
      } else if (located && sum !== undefined) {
        statements.push({ start: from, node: found, place: located, sum });
      }
    }
    const after = sumsAfter(statements);
    statements.forEach(({ node, sum }, i) => {
      figures.statements++;
      if (after[i] === sum) return;
      figures.differences.push({ at: place(source, node.start), what: `other statements can follow: ${firstLine(node)}` });
    });
  }
}

/** For each statement: the sum of `mix(start)` over those that a path leads to from just after it. */
function sumsAfter(statements: readonly { readonly start: number; readonly place: Place }[]): number[] {
  const inBlock = new Map<Block, number>();
  for (const { start, place } of statements) inBlock.set(place.block, add(inBlock.get(place.block) ?? 0, mix(start)));
  const closures = new Map<Block, { sum: number; again: boolean }>();
  for (const block of inBlock.keys()) {
    const seen = new Set<Block>(block.next.map((e) => e.to));
    let sum = 0;
    for (const b of seen) {
      sum = add(sum, inBlock.get(b) ?? 0);
      for (const { to } of b.next) seen.add(to);
    }
    closures.set(block, { sum, again: seen.has(block) });
  }
  return statements.map(({ place }) => {
    const { sum, again } = closures.get(place.block) as { sum: number; again: boolean };
    if (again) return sum;
    const later = statements.filter((s) => s.place.block === place.block && s.place.index > place.index);
    return later.reduce((total, s) => add(total, mix(s.start)), sum);
  });
}

function add(a: number, b: number): number {
  return (a + b) >>> 0;
}

function mix(offset: number): number {
  const x = Math.imul(offset + 1, 2654435761) >>> 0;
  return Math.imul(x ^ (x >>> 15), 2246822519) >>> 0;
}

function firstLine(node: GoNode): string {
  return (node.text.split("\n")[0] as string).trim();
}

/** Outermost nodes by span, without those of nested literals. */
function spans(body: GoNode): Map<string, GoNode> {
  const found = new Map<string, GoNode>();
  body.walk((n) => {
    const key = `${n.start}:${n.end}`;
    if (!found.has(key)) found.set(key, n);
    return n.kind !== "func_literal";
  });
  return found;
}

function place(source: Source, offset: number): string {
  return `${source.path}:${source.text.slice(0, offset).split("\n").length}`;
}

/** From offsets in UTF-8 bytes to UTF-16 units. */
function unitsOfBytes(bytes: Uint8Array, text: string): (byte: number) => number {
  if (bytes.length === text.length) return (byte) => byte;
  const units = new Uint32Array(bytes.length + 1);
  let unit = 0;
  for (let i = 0; i < bytes.length; i++) {
    units[i] = unit;
    // The unit is complete with the last byte of its character; four bytes make two units.
    const next = bytes[i + 1] ?? 0;
    if ((next & 0xc0) !== 0x80) unit += leadOf(bytes, i) >= 0xf0 ? 2 : 1;
  }
  units[bytes.length] = unit;
  return (at) => units[at] as number;
}

function leadOf(bytes: Uint8Array, at: number): number {
  let i = at;
  while (i > 0 && ((bytes[i] as number) & 0xc0) === 0x80) i--;
  return bytes[i] as number;
}
