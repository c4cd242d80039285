/** Reads the declarations of a `.d.ts` file as the compiler prints them: one after the other, each with its comment. */

export interface Declaration {
  readonly name: string;
  readonly kind: "class" | "interface" | "type" | "function" | "const";
  /** Without the asterisks; "" when there is none. */
  readonly doc: string;
  /** As it is printed, without comments. */
  readonly text: string;
  /** Of classes and interfaces. */
  readonly members: readonly Member[];
}

export interface Member {
  readonly doc: string;
  readonly text: string;
}

/** `export { name } from "path"`, `export * from "path"`. */
export interface Passed {
  readonly from: string;
  /** null: all. */
  readonly names: readonly string[] | null;
}

export interface Declarations {
  readonly own: readonly Declaration[];
  readonly passed: readonly Passed[];
}

export function readDeclarations(text: string): Declarations {
  const own: Declaration[] = [];
  const passed: Passed[] = [];
  for (const { doc, text: statement, raw } of statementsOf(text)) {
    const handed = /^export (?:type )?(?:\*|\{([^}]*)\}) from "([^"]+)"/.exec(statement);
    if (handed) {
      const names = handed[1]?.split(",").map((n) => n.trim().replace(/^type /, ""));
      passed.push({ from: handed[2] as string, names: names?.filter((n) => n !== "") ?? null });
      continue;
    }
    const declared = /^export (?:declare )?(?:abstract )?(class|interface|type|function|const) (\w+)/.exec(statement);
    if (!declared) continue;
    const kind = declared[1] as Declaration["kind"];
    const members = kind === "class" || kind === "interface" ? membersOf(raw) : [];
    own.push({ name: declared[2] as string, kind, doc, text: statement.replace(/^export (declare )?/, ""), members });
  }
  return { own, passed };
}

/** The members of a class or interface that a user may call. */
function membersOf(statement: string): Member[] {
  const body = statement.slice(statement.indexOf("{") + 1, statement.lastIndexOf("}"));
  return [...statementsOf(body)]
    .filter(({ doc, text }) => text !== "" && !/^(#private|private |constructor\(work)/.test(text) && !doc.includes("@internal"))
    .map(({ doc, text }) => ({ doc, text: text.replace(/;$/, "") }));
}

/** Statements, or members, with the comment before each. A statement ends at a semicolon or a brace outside of all brackets. */
function* statementsOf(text: string): Generator<{ doc: string; text: string; raw: string }> {
  let doc = "";
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at] as string)) {
      at++;
    } else if (text.startsWith("/**", at)) {
      const end = text.indexOf("*/", at) + 2;
      doc = plain(text.slice(at, end));
      at = end;
    } else if (text.startsWith("//", at)) {
      at = text.indexOf("\n", at) < 0 ? text.length : text.indexOf("\n", at);
    } else {
      const end = endOfStatement(text, at);
      const raw = text.slice(at, end);
      yield { doc, text: withoutComments(raw), raw };
      doc = "";
      at = end;
    }
  }
}

function endOfStatement(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i] as string;
    if (text.startsWith("/*", i)) i = text.indexOf("*/", i) + 1;
    else if (c === '"' || c === "`" || c === "'") i = endOfQuoted(text, i);
    else if ("{([".includes(c)) depth++;
    else if (")]".includes(c)) depth--;
    else if (c === "}") {
      depth--;
      // A body that nothing follows ends its statement: that of a class, an interface, a list of exports without a source.
      if (depth === 0 && (text[i + 1] ?? "\n") === "\n") return i + 1;
    } else if (c === ";" && depth === 0) return i + 1;
  }
  return text.length;
}

/** Offset of the quote that closes. */
function endOfQuoted(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === text[start]) return i;
  }
  return text.length;
}

function withoutComments(text: string): string {
  return text
    .replace(/[ \t]*\/\*\*[\s\S]*?\*\/\n?/g, "")
    .replace(/\n[ \t]*\n/g, "\n")
    .trim();
}

function plain(comment: string): string {
  return comment
    .replace(/^\/\*\*|\*\/$/g, "")
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trim())
    .join(" ")
    .trim();
}
