/** A resource that a user describes in the configuration, as a rule: the same engine, findings and fixes as gomend's own rows have. */
import type { GoNode } from "../../go/node.ts";
import type { PackageModel } from "../../model/model.ts";
import { finding, fix } from "../build.ts";
import { insertAfter, statementOf } from "../edits.ts";
import { terminates } from "../obligation/exits.ts";
import { type Acquire, type HolderType, type Leak, messageOf, type Resource, releaseText, type Words, witnessOf } from "../obligation.ts";
import type { Applicability, Fix, Rule, Tier } from "../rule.ts";
import { certainLeaks, mendResource } from "./check.ts";
import { acquiredBy, handsOut, importsOf } from "./narrow.ts";
import { errorOf, startedLeaks } from "./started.ts";

/** A function or method, as a user writes it: `net/http.Get`, `github.com/robfig/cron/v3.(*Cron).Start`. */
export interface SymbolName {
  /** Import path. */
  readonly path: string;
  /** The type of a method; null for a function. */
  readonly type: string | null;
  readonly name: string;
}

export interface OwnAcquire {
  readonly of: SymbolName;
  readonly result?: number | undefined;
  readonly error?: number | undefined;
  readonly ok?: number | undefined;
}

/** A row of `resources:`, checked. */
export interface OwnResource {
  readonly id: string;
  readonly acquire: readonly OwnAcquire[];
  /** Methods, `Field.Method`, or `()` for a value that is called. */
  readonly release: readonly string[];
  /** Who owes the release: what the call gives or what it is called on; by the call's type and use when not said. */
  readonly holds?: "result" | "receiver" | undefined;
  readonly madeBy?: readonly SymbolName[] | undefined;
  /** The release as fixes write it, `{}` for the holder. */
  readonly fix?: string | undefined;
  readonly applicability?: Applicability | undefined;
  readonly because?: string | undefined;
  readonly releaseTwice?: "harmless" | "wrong" | undefined;
  readonly inMain?: boolean | undefined;
  readonly tier?: Tier | undefined;
  readonly title?: string | undefined;
  readonly why?: string | undefined;
  readonly name?: string | undefined;
  readonly type?: HolderType | undefined;
  /** Where the row is written, for its page. */
  readonly from: string;
}

/** `path.Func`, `path.Type.Method`, `path.(*Type).Method`, `path.(Type).Method`; null for anything else. */
export function parseSymbol(text: string): SymbolName | null {
  const word = "[A-Za-z_]\\w*";
  const method = new RegExp(`^([\\w.~/-]+)\\.\\(\\*?(${word})\\)\\.(${word})$`).exec(text);
  if (method) return { path: method[1] as string, type: method[2] as string, name: method[3] as string };
  // The last element of a path may end in its version: gopkg.in/yaml.v3
  const plain = new RegExp(`^((?:[\\w.~-]+/)*[\\w~-]+(?:\\.v\\d+)?)\\.(?:(${word})\\.)?(${word})$`).exec(text);
  return plain ? { path: plain[1] as string, type: plain[2] ?? null, name: plain[3] as string } : null;
}

/** As the model names it. */
function symbolOf({ path, type, name }: SymbolName): string {
  return type === null ? `${path}.${name}` : `${path}.${type}.${name}`;
}

const DOUBT = "the configuration does not say that it may be released whenever the function returns";

/** The rule of a row. */
export function resourceRule(own: OwnResource): Rule {
  const row = rowOf(own);
  const called = own.acquire.map(({ of }) => of.name).join(", ");
  const { words } = row;
  return {
    id: own.id,
    family: "resources",
    title: own.title ?? `what ${called} acquires is not ${words.done} on every path`,
    why: own.why ?? `${own.from} says that what ${called} acquires has to be ${words.done}.`,
    fixSafety: safetyOf(own),
    silent:
      "The holder is no local; a type is not certain; it is returned, stored, captured by a literal that outlives the call, or passed to a function that is not known to leave it open; the package does not import what acquires it.",
    sources: [own.from],
    since: "",
    tier: own.tier ?? "recommended",
    triggers: acquiredBy([row]),
    imports: importsOf([row]),
    ...(own.holds === "receiver" ? {} : { handsOut: handsOut([row]) }),
    *check(pkg) {
      for (const leak of leaksOf(pkg, row, own)) {
        const fixes = fixesOf(leak, own).map((f) => f && judged(f, own));
        yield finding(this, leak.call, messageOf(leak), fixes, { related: witnessOf(leak) });
      }
    },
  };
}

function* leaksOf(pkg: PackageModel, row: Resource, own: OwnResource): Iterable<Leak> {
  if (own.holds !== "receiver") yield* certainLeaks(pkg, row);
  if (own.holds === "result") return;
  // What was started cannot be overwritten by starting it again.
  for (const leak of startedLeaks(pkg, row)) if (leak.kind !== "overwritten") yield leak;
}

function rowOf(own: OwnResource): Resource {
  const [release = ""] = own.release;
  const words = wordsOf(release, own);
  return {
    id: own.id,
    acquire: own.acquire.map((a) => acquireOf(a, own)),
    ...(own.madeBy ? { made: madeBy(own, own.madeBy) } : {}),
    release: own.release,
    harmlessTwice: own.releaseTwice === "harmless",
    inMain: own.inMain ?? false,
    exits: ["return", "end", "goexit"],
    text: own.fix ?? (release === "()" ? "{}()" : `{}.${release}()`),
    name: own.name ?? holderName(own),
    type: own.type ?? { path: "", name: "" },
    words,
  };
}

function acquireOf({ of, result, error, ok }: OwnAcquire, own: OwnResource): Acquire {
  const told = result !== undefined || error !== undefined || ok !== undefined;
  const symbol = symbolOf(of);
  if (!told) return { symbol, result: 0, ...(own.holds === "receiver" ? {} : { open: true }) };
  return { symbol, result: result ?? 0, ...(error === undefined ? {} : { error }), ...(ok === undefined ? {} : { ok }) };
}

/** What the makers give: the type whose method acquires. */
function madeBy(own: OwnResource, makers: readonly SymbolName[]): Record<string, string> {
  const method = own.acquire.find(({ of }) => of.type !== null)?.of;
  return method ? Object.fromEntries(makers.map((m) => [symbolOf(m), `${method.path}.${method.type}`])) : {};
}

function holderName(own: OwnResource): string {
  const name = own.acquire[0]?.of.type ?? own.id.split("-")[0] ?? "held";
  return name.charAt(0).toLowerCase() + name.slice(1);
}

// ---------------------------------------------------------------- words

/** "Stop", "stopped", "stopping"; a name of several words is no verb to bend. */
function wordsOf(release: string, own: OwnResource): Words {
  const verb = release.slice(release.lastIndexOf(".") + 1);
  const dropped = `what ${own.acquire.map(({ of }) => of.name).join(" or ")} gives is dropped, and nothing can release it`;
  const subject = release.includes(".") ? { subject: `{}.${release.slice(0, release.lastIndexOf("."))}` } : {};
  if (release === "()") return { verb: "Call", done: "called", doing: "calling", dropped };
  if (!/^[A-Z][a-z]+$/.test(verb) || IRREGULAR.has(verb))
    return { verb: "Release", done: "released", doing: "releasing", dropped, ...subject };
  const stem = verb.toLowerCase();
  if (stem.endsWith("e")) return { verb, done: `${stem}d`, doing: `${stem.slice(0, -1)}ing`, dropped, ...subject };
  const doubled = /^[^aeiou]*[aeiou][bdglmnprt]$/.test(stem) ? stem + stem.at(-1) : stem;
  const past = /[^aeiou]y$/.test(stem) ? `${stem.slice(0, -1)}ied` : `${doubled}ed`;
  return { verb, done: past, doing: `${doubled}ing`, dropped, ...subject };
}

const IRREGULAR = new Set(["Put", "Give", "Let", "Shut", "Undo", "Leave", "Go", "Free", "Done"]);

function safetyOf(own: OwnResource): string {
  const because = own.because ?? DOUBT;
  if (own.applicability === "safe")
    return `${own.from} calls them safe. In a loop they are unsafe all the same: a panic in the turn leaves it open.`;
  return own.applicability === "display" ? `Sketches, never applied: ${because}.` : `Unsafe: ${because}.`;
}

// ---------------------------------------------------------------- fixes

function fixesOf(leak: Leak, own: OwnResource): (Fix | null)[] {
  const options = { doubt: own.applicability === "safe" ? null : (own.because ?? DOUBT) };
  if (leak.slot !== null || !leak.holder) return mendResource(leak, options).filter((f) => f === null || !needsType(leak, f));
  if (leak.inLoop || leak.handedOver) return [];
  return [afterStart(leak, options.doubt)];
}

/** `var x T` can be written only where the row says what T is. */
function needsType({ row, acquire }: Leak, { edits }: Fix): boolean {
  return (acquire.type ?? row.type).name === "" && edits.some((e) => /^\s*var /.test(e.text));
}

/** The release is deferred behind the call that starts it, or behind the check of its error. */
function afterStart(leak: Leak, doubt: string | null): Fix | null {
  const { row, acquire, call, holder } = leak;
  const statement = statementOf(call);
  const anchor = statement && startedBehind(leak, statement);
  if (!anchor || !holder || (!row.harmlessTwice && leak.events.released.length > 0)) return null;
  return fix({
    title: `${row.words.verb} ${holder.name} when the function returns`,
    ...(doubt === null ? { applicability: "safe" } : { applicability: "unsafe", because: doubt }),
    edits: [insertAfter(anchor, `defer ${releaseText(row, acquire, holder.name)}`)],
    assumes: [statement],
  });
}

function startedBehind({ pkg, call }: Leak, statement: GoNode): GoNode | null {
  if (statement.kind === "expression_statement") return statement;
  const error = errorOf(pkg, call);
  if (!error) return null;
  const siblings = statement.parent?.items ?? [];
  const check = statement.kind === "if_statement" ? statement : siblings[siblings.indexOf(statement) + 1];
  const block = check?.kind === "if_statement" ? check.child("consequence") : null;
  if (!check || !block || check.child("alternative") || check.child("condition")?.text !== `${error.name} != nil`) return null;
  return terminates(block) ? check : null;
}

/** As the row has it: what the engine calls unsafe stays so. */
function judged(f: Fix, own: OwnResource): Fix {
  if (own.applicability === "display") return { ...f, applicability: "display", because: own.because ?? DOUBT };
  if (own.applicability === "safe" || f.applicability !== "safe") return f;
  return { ...f, applicability: "unsafe", because: own.because ?? DOUBT };
}
