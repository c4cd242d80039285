/** Calls that do not come back: of the standard library by table, of the package by looking into them. */
import type { GoNode } from "../go/node.ts";
import type { Entity, ExitKind, PackageModel } from "./model.ts";
import { surelyReturns } from "./surely.ts";
import { lastName } from "./symbols.ts";

/** Documented by each function's own package: os, log, runtime, testing, syscall. */
const STANDARD: Readonly<Record<string, ExitKind>> = {
  panic: "panic",
  "os.Exit": "exit",
  "syscall.Exit": "exit",
  "log.Fatal": "exit",
  "log.Fatalf": "exit",
  "log.Fatalln": "exit",
  "log.Logger.Fatal": "exit",
  "log.Logger.Fatalf": "exit",
  "log.Logger.Fatalln": "exit",
  "log.Panic": "panic",
  "log.Panicf": "panic",
  "log.Panicln": "panic",
  "log.Logger.Panic": "panic",
  "log.Logger.Panicf": "panic",
  "log.Logger.Panicln": "panic",
  "runtime.Goexit": "goexit",
};

const TESTING = new Set(["Fatal", "Fatalf", "FailNow", "Skip", "Skipf", "SkipNow"]);
const STANDARD_NAMES = new Set([...Object.keys(STANDARD).map(lastName), ...TESTING]);
/** A function without one of these words in its text can only fail to return by calling one that has. */
const WORDS = ["panic(", "Exit(", ".Fatal", ".Panic", "Goexit(", ".Skip", ".FailNow", "for {", "select {"];

/** Other packages are opened only for names that say it: to look into every callee would read the whole module. */
const TELLING = ["exit", "fatal", "die", "panic", "fail", "abort", "throw", "quit", "bail", "must", "check"];

function speaks(name: string): boolean {
  const lower = name.toLowerCase();
  return TELLING.some((word) => lower.includes(word));
}

export class NoReturn {
  readonly #pkg: PackageModel;
  readonly #answers = new Map<Entity, ExitKind | null>();
  readonly #speaking = new Map<string, boolean>();
  readonly #suspects = new Map<string, boolean>();
  readonly #named: (name: string) => readonly Entity[];

  /** `named`: the functions and methods of the package that have a name. */
  constructor(pkg: PackageModel, named: (name: string) => readonly Entity[]) {
    this.#pkg = pkg;
    this.#named = named;
  }

  of(call: GoNode): ExitKind | null {
    const callee = call.child("function");
    const name = callee && nameOf(callee);
    if (!callee || !name) return null;
    if (STANDARD_NAMES.has(name)) {
      const symbol = this.#pkg.symbol(callee);
      if (symbol) {
        const known = STANDARD[symbol];
        if (known) return known;
        if (symbol.startsWith("testing.") && TESTING.has(name)) return "goexit";
      }
    }
    if (!this.#mayBeOfModule(callee, name)) return null;
    const entities = this.#suspect(name) ? this.#entities(callee) : this.#elsewhere(callee, name);
    // Build-tagged twins have to agree.
    const [first = null, ...others] = entities.map((e) => this.#looked(e));
    return others.every((kind) => kind === first) ? first : null;
  }

  /** By its name alone the call may not come back. */
  #isDoubted(call: GoNode): boolean {
    const callee = call.child("function");
    const name = callee && nameOf(callee);
    return callee !== null && name !== null && (STANDARD_NAMES.has(name) || this.#mayBeOfModule(callee, name));
  }

  /** It may name a function or method of this package that does not return; or one of another package, where its name says so. */
  #mayBeOfModule(callee: GoNode, name: string): boolean {
    let isTelling = this.#speaking.get(name);
    if (isTelling === undefined) {
      isTelling = speaks(name);
      this.#speaking.set(name, isTelling);
    }
    if (isTelling) return true;
    const operand = callee.child("operand");
    return (operand === null || this.#pkg.importPath(operand) === null) && this.#suspect(name);
  }

  /** A function of another package of the module, where that is at hand; its twins, where build tags choose one. */
  #elsewhere(callee: GoNode, name: string): readonly Entity[] {
    const operand = callee.child("operand");
    const path = operand?.kind === "identifier" ? this.#pkg.binding(operand)?.import?.path : null;
    const entities = path ? (this.#pkg.import(path)?.lookup(name) ?? []) : [];
    return entities.every((e) => e.kind === "func") ? entities : [];
  }

  #entities(callee: GoNode): readonly Entity[] {
    if (callee.kind === "identifier") return this.#pkg.binding(callee)?.kind === "func" ? this.#pkg.lookup(callee.text) : [];
    const entity = this.#pkg.selection(callee)?.entity ?? null;
    if (entity?.pkg !== this.#pkg) return [];
    return entity.receiver === null ? [entity] : this.#pkg.method(entity.receiver, entity.name);
  }

  /** True when a function or method of that name speaks of not returning. */
  #suspect(name: string): boolean {
    let answer = this.#suspects.get(name);
    if (answer === undefined) {
      answer = this.#named(name).some((e) => {
        const body = e.file.source.text.slice(e.declaration.start, e.declaration.end);
        return WORDS.some((w) => body.includes(w));
      });
      this.#suspects.set(name, answer);
    }
    return answer;
  }

  #looked(entity: Entity): ExitKind | null {
    const known = this.#answers.get(entity);
    if (known !== undefined) return known;
    this.#answers.set(entity, null); // a cycle of calls is taken to return
    const node = entity.node;
    // Of another package's calls this one knows nothing.
    const returns = entity.pkg === this.#pkg && node !== null && surelyReturns(node, (call) => this.#isDoubted(call));
    let answer: ExitKind | null = null;
    if (!returns && node?.child("body")) {
      const func = entity.pkg.functionAt(node);
      const { exits, defers } = entity.pkg.flow(func);
      const kinds = new Set(exits.map((e) => e.kind));
      // Deferred calls may recover from a panic, and then the function returns.
      const recovers = kinds.has("panic") && defers.length > 0;
      if (!kinds.has("return") && !kinds.has("end") && !recovers)
        answer = kinds.has("goexit") ? "goexit" : kinds.has("panic") ? "panic" : kinds.has("exit") ? "exit" : null;
    }
    this.#answers.set(entity, answer);
    return answer;
  }
}

/** The last name of a callee. */
function nameOf(callee: GoNode): string | null {
  if (callee.kind === "selector_expression") return callee.child("field")?.text ?? null;
  return callee.kind === "identifier" ? callee.text : null;
}
