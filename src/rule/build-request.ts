/** `http.Get(url)` and its like as a request that carries a context, and `Do`. */
import type { GoNode } from "../go/node.ts";
import type { Call, PackageModel } from "../model/model.ts";
import { lastName } from "../model/symbols.ts";
import type { ContextInScope } from "./cancellation.ts";
import { type Edits, indentOf, insertBefore, reindent, replace, statementAtHead, statementOf, textOf, unlabelled } from "./edits.ts";
import { giveUp } from "./give-up.ts";
import { freshName, member, type Qualifier, qualifier, reachOf } from "./names.ts";
import { isErrorCheck } from "./resources/check.ts";
import type { ImportIntent } from "./rule.ts";

export interface BuiltRequest {
  readonly edits: readonly Edits[];
  readonly imports: readonly ImportIntent[];
  readonly assumes: readonly (GoNode | null)[];
  /** What the function returns when the request cannot be made is a sketch. */
  readonly sketch: boolean;
}

/** Methods of the package and of its Client, and how their requests are made. */
const METHODS: Readonly<Record<string, string>> = { Get: "MethodGet", Head: "MethodHead", Post: "MethodPost", PostForm: "MethodPost" };

/** The request is made before the call's statement, and the call becomes `client.Do(req)`. null where there is no place for it. */
export function builtRequest(pkg: PackageModel, call: Call, context: ContextInScope): BuiltRequest | null {
  const statement = statementOf(call.node);
  const name = lastName(call.symbol);
  const method = METHODS[name];
  const http = qualifier(pkg, call.node, "net/http", "NewRequestWithContext", "DefaultClient", method ?? "");
  if (!statement || !method || !http || statementAtHead(call.node) !== statement) return null;
  const body = bodyOf(pkg, call, name);
  const [url] = call.args;
  if (!url || !body) return null;
  const made = `${member(http, "NewRequestWithContext")}(${context.text}, ${member(http, method)}, ${textOf(url)}, ${body.text})`;
  const client = call.receiver ? textOf(call.receiver) : member(http, "DefaultClient");
  const place = { pkg, call: call.node, statement, http, made };
  const { lines, req, walrus, sketch } = checkedByTheCaller(place) ?? checkedHere(place);
  const type = body.contentType === null ? [] : [`${req}.Header.Set("Content-Type", ${body.contentType})`];
  return {
    edits: [insertBefore(statement, [...lines, ...type]), replace(call.node, `${client}.Do(${req})`), ...walrus],
    imports: [...http.imports, ...body.imports],
    assumes: [reachOf(statement), statement],
    sketch,
  };
}

interface Body {
  readonly text: string;
  readonly contentType: string | null;
  readonly imports: readonly ImportIntent[];
}

function bodyOf(pkg: PackageModel, { node, args }: Call, name: string): Body | null {
  const none = { contentType: null, imports: [] };
  if (name === "Get" || name === "Head") return { text: "nil", ...none };
  if (name === "Post") return args[1] && args[2] ? { text: textOf(args[2]), contentType: textOf(args[1]), imports: [] } : null;
  const strings = qualifier(pkg, node, "strings", "NewReader");
  if (!args[1] || !strings) return null;
  return {
    text: `${member(strings, "NewReader")}(${textOf(args[1])}.Encode())`,
    contentType: '"application/x-www-form-urlencoded"',
    imports: strings.imports,
  };
}

interface Place {
  readonly pkg: PackageModel;
  readonly call: GoNode;
  readonly statement: GoNode;
  readonly http: Qualifier;
  /** The call that makes the request. */
  readonly made: string;
}

interface Made {
  readonly lines: readonly string[];
  readonly req: string;
  /** `:=` that would declare nothing any more becomes `=`. */
  readonly walrus: readonly Edits[];
  readonly sketch: boolean;
}

/** `resp, err := http.Get(url)` and its check: the request's error goes the same way. */
function checkedByTheCaller({ pkg, call, statement, made }: Place): Made | null {
  const whole = unlabelled(statement);
  const [resp, err] = whole?.child("left")?.items ?? [];
  const values = whole?.child("right")?.items ?? [];
  const error = err?.kind === "identifier" && err.text !== "_" ? pkg.binding(err) : null;
  const siblings = statement.parent?.items ?? [];
  const check = siblings[siblings.indexOf(statement) + 1];
  if (whole?.kind !== "short_var_declaration" || values[0] !== call || !resp || !err || !error || !check) return null;
  if (!isErrorCheck(pkg, check, error)) return null;
  const then = check.child("consequence");
  const response = resp.text === "_" ? null : pkg.binding(resp);
  const fresh = response?.node === resp;
  if (!then || then.find("comment").length > 0 || response?.uses.some((u) => then.contains(u.node))) return null;
  const req = freshName(pkg, "req", statement);
  const walrus = whole.children.find((c) => c.kind === ":=");
  const check2 = reindent(check, indentOf(statement)).split(`\n${indentOf(statement)}`);
  return {
    lines: [`${req}, ${err.text} := ${made}`, ...check2],
    req,
    walrus: fresh || !walrus ? [] : [replace(walrus, "=")],
    sketch: false,
  };
}

/** Anywhere else: a check of its own, which gives up. */
function checkedHere({ pkg, call, statement, made }: Place): Made {
  const func = pkg.functionOf(call);
  const req = freshName(pkg, "req", statement);
  const err = freshName(pkg, "err", statement);
  const leave = func && giveUp(pkg, func, statement, err);
  const last = leave ?? [`return // with ${err}`];
  return { lines: [`${req}, ${err} := ${made}`, `if ${err} != nil {`, ...last.map((l) => `\t${l}`), "}"], req, walrus: [], sketch: !leave };
}
