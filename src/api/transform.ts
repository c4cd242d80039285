/** A user's transform as a rule: what it says about a file becomes findings with fixes, which go the way of all others. */
import { formatGo, formatLike, loadFormatter } from "../go/format.ts";
import { loadGrammar } from "../go/parse.ts";
import { rewrite } from "../go/rewrite.ts";
import type { FileModel, PackageModel } from "../model/model.ts";
import { type Applicability, type Finding, type Fix, type Rule, RuleFailure } from "../rule/rule.ts";
import { applyEdits } from "../text/apply.ts";
import { editsBetween } from "../text/diff.ts";
import { type Edit, validateEdits } from "../text/edit.ts";
import { type Collection, fileOf } from "./collection.ts";
import type { Workspace } from "./file.ts";
import type { Match } from "./match.ts";
import { TransformError } from "./snippet.ts";

/** The file that a transform is asked about. */
export interface TransformFile {
  /** Relative to the working directory, with `/`. */
  readonly path: string;
  readonly source: string;
}

/** What was given on the command line as `--option name=value`; `--option name` alone gives true. */
export type TransformOptions = Readonly<Record<string, string | true>>;

/** What is said of a finding and its fix. */
export interface FixOptions {
  /** What the fix does, as a verb phrase: "Call os.ReadFile". */
  readonly title: string;
  /** What is wrong; the title when it is left out. */
  readonly message?: string;
  /** safe: same behaviour. unsafe (when left out): a person decides. display: a sketch, never applied. */
  readonly applicability?: Applicability;
  /** Why it is not safe. */
  readonly because?: string;
}

/** What a transform works with. */
export interface TransformApi {
  /** The Go file as a collection of its syntax, to search and to change. */
  go(file: TransformFile): Collection;
  /**
   * One finding for each place, with a fix of what `edit` changes: a title, an applicability, its own decision in reviews. Without `edit`, or where the
   * change cannot be made, the finding has no fix.
   */
  fix<M extends Match>(at: M | Iterable<M>, options: FixOptions, edit?: (match: M) => unknown): void;
  /** A finding without a fix. */
  report(at: Match | Iterable<Match>, message: string): void;
}

/**
 * A transform, the default export of a module: it looks at one file, makes findings by `api.fix`, or returns what the file should be. A returned
 * text becomes one unsafe fix for each stretch that differs; nothing, or the same text, means that nothing is to be changed. It may be async.
 */
export type Transform = (
  file: TransformFile,
  api: TransformApi,
  options: TransformOptions,
) => string | null | undefined | void | Promise<string | null | undefined | void>;

/** What a transform's module may export beside the transform. */
export interface TransformInfo {
  readonly title?: string;
  readonly why?: string;
  readonly fixSafety?: string;
  /** Files that hold none of these literals are not asked about. */
  readonly triggers?: Rule["triggers"];
  /** Files of packages that import none of these paths are not asked about. */
  readonly imports?: readonly string[];
}

export interface TransformSource extends TransformInfo {
  readonly id: string;
  readonly transform: Transform;
  readonly options?: TransformOptions;
  /** The transform's own file: absolute, and as it is shown. */
  readonly file?: { readonly absolute: string; readonly shown: string };
}

/** The rule that a transform is. */
export function transformRule(source: TransformSource): Rule {
  const shown = source.file?.shown ?? source.id;
  return {
    id: source.id,
    family: "custom",
    title: source.title ?? `what the transform ${source.id} would change`,
    why: source.why ?? `${shown} asks for it.`,
    fixSafety: source.fixSafety ?? "As the transform says of each fix; what it returns as a text is unsafe.",
    sources: [shown],
    since: "",
    tier: "recommended",
    triggers: source.triggers ?? [],
    ...(source.imports ? { imports: source.imports } : {}),
    check: () => [],
    later: (pkg, file) => transformed(source, pkg, file),
  };
}

async function transformed(source: TransformSource, pkg: PackageModel, model: FileModel): Promise<Finding[]> {
  await loadGrammar();
  await loadFormatter();
  const { path, text } = model.source;
  const { root, work } = fileOf(pkg, model);
  const file: TransformFile = { path, source: text };
  const api = new Api(source.id, root, work, file);
  try {
    const returned = await source.transform(file, api, source.options ?? {});
    if (returned === null || returned === undefined || returned === text) return api.findings;
    if (typeof returned !== "string") throw new TransformError(`the transform returned ${typeof returned}: it gives a text or nothing`);
    return [...api.findings, ...byHunk(source, path, text, returned)];
  } catch (error) {
    throw new RuleFailure(`${placeOf(error, source)}${said(error)}`);
  }
}

class Api implements TransformApi {
  readonly findings: Finding[] = [];
  readonly #id: string;
  readonly #root: Collection;
  readonly #work: Workspace;
  readonly #file: TransformFile;

  constructor(id: string, root: Collection, work: Workspace, file: TransformFile) {
    this.#id = id;
    this.#root = root;
    this.#work = work;
    this.#file = file;
  }

  go(file: TransformFile): Collection {
    if (file?.path !== this.#file.path) throw new TransformError("api.go wants the file that the transform was given");
    return this.#root;
  }

  fix<M extends Match>(at: M | Iterable<M>, options: FixOptions, edit?: (match: M) => unknown): void {
    if (typeof options?.title !== "string" || options.title === "") throw new TransformError("api.fix wants a title");
    for (const match of each(at)) {
      const fix = edit ? this.#fixOf(match, options, () => edit(match)) : null;
      this.#add(match, options.message ?? lower(options.title), fix ? [fix] : []);
    }
  }

  report(at: Match | Iterable<Match>, message: string): void {
    for (const match of each(at)) this.#add(match, message, []);
  }

  #add({ node }: Match, message: string, fixes: readonly Fix[]): void {
    const at = { path: node.source.path, start: node.start, end: node.end };
    this.findings.push({ rule: this.#id, at, message, confidence: "likely", fixes });
  }

  #fixOf({ node }: Match, { title, applicability = "unsafe", because }: FixOptions, edit: () => unknown): Fix | null {
    const draft = this.#work.drafted(edit);
    if (draft.refused !== null || draft.isEmpty) return null;
    const { path, text } = this.#work.file.source;
    let { edits, imports } = draft;
    if (edits.length === 0) {
      const outcome = rewrite(path, text, [], imports);
      edits = outcome.ok ? editsBetween(path, text, outcome.text) : [];
      imports = [];
      if (edits.length === 0) return null;
    }
    return {
      title,
      applicability,
      ...(applicability === "safe" ? {} : { because: because ?? "the transform does not say that it is safe" }),
      edits,
      ...(imports.length > 0 ? { imports } : {}),
      assumes: [{ path, start: node.start, end: node.end }],
    };
  }
}

function each<M extends Match>(at: M | Iterable<M>): Iterable<M> {
  if (at && Symbol.iterator in at) return at;
  if (at) return [at];
  throw new TransformError("there is no place to report: it is null");
}

/** A title as a message: with a small letter, unless it starts with a name of the code. */
function lower(title: string): string {
  return /^[A-Z][a-z]*( |$)/.test(title) ? title.charAt(0).toLowerCase() + title.slice(1) : title;
}

// ---------------------------------------------------------------- a returned text

/** One finding for each stretch that differs; those that only parse together are one. */
function byHunk(source: TransformSource, path: string, before: string, returned: string): Finding[] {
  const outcome = formatLike(before, returned);
  if (!outcome.ok)
    throw new TransformError(`what it returned for ${path} does not parse: ${outcome.line}:${outcome.column}: ${outcome.message}`);
  const hunks = together(before, editsBetween(path, before, outcome.text));
  return hunks.map((edits): Finding => {
    const [first, last] = [edits[0] as Edit, edits.at(-1) as Edit];
    const fix: Fix = {
      title: `Take what ${source.id} makes of ${edits.length > 1 ? "these places" : "this place"}`,
      applicability: "unsafe",
      because: "the transform gave a text, and does not say that it is safe",
      edits,
    };
    const at = { path, start: first.at.start, end: last.at.end };
    return { rule: source.id, at, message: `${source.id} would change this`, confidence: "likely", fixes: [fix] };
  });
}

/** Neighbouring edits go together until each group alone leaves a file that parses. */
function together(before: string, edits: readonly Edit[]): Edit[][] {
  const parses = (group: readonly Edit[]): boolean => validateEdits(group, before) === null && formatGo(applyEdits(before, group)).ok;
  const groups: Edit[][] = [];
  let open: Edit[] = [];
  for (const edit of edits) {
    open.push(edit);
    if (!parses(open)) continue;
    groups.push(open);
    open = [];
  }
  if (open.length === 0) return groups;
  // What is left only parses with something before it.
  while (groups.length > 0 && !parses(open)) open = [...(groups.pop() as Edit[]), ...open];
  return [...groups, open];
}

// ---------------------------------------------------------------- errors

/** `transform.ts:12: `: where in the transform it happened; its path alone where that cannot be told. Columns are not those of the source. */
function placeOf(error: unknown, { file, id }: TransformSource): string {
  if (!file) return `${id}: `;
  const frames = error instanceof Error ? (error.stack ?? "").split("\n") : [];
  for (const frame of frames) {
    const at = frame.indexOf(file.absolute);
    const line = at < 0 ? undefined : /^:(\d+):\d+/.exec(frame.slice(at + file.absolute.length))?.[1];
    if (line) return `${file.shown}:${line}: `;
  }
  return `${file.shown}: `;
}

function said(error: unknown): string {
  if (!(error instanceof Error)) return `threw ${String(error)}`;
  return error instanceof TransformError ? error.message : `${error.name}: ${error.message}`;
}
