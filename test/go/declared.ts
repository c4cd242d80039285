/** Top-level declarations as one line each: what they declare, and where. */
import type { GoNode } from "../../src/go/node.ts";
import { outline } from "../../src/go/outline.ts";
import { parse } from "../../src/go/parse.ts";

const KINDS: Record<string, string> = {
  function_declaration: "func",
  method_declaration: "method",
  type_declaration: "type",
  var_declaration: "var",
  const_declaration: "const",
};

/** What the parser says of top-level declarations; null when it finds errors. */
export function parsed(text: string): string[] | null {
  const { roots, errors } = parse({ path: "a.go", text });
  if (errors.length > 0) return null;
  return roots.flatMap((r) => {
    const kind = KINDS[r.kind];
    return kind ? [`${kind} ${declared(r).join(" ")} ${r.start}-${r.end}`] : [];
  });
}

function declared(root: GoNode): string[] {
  const name = root.child("name");
  if (name) return [name.text];
  const names: string[] = [];
  root.walk((n) => {
    if (!n.is("var_spec", "const_spec", "type_spec", "type_alias")) return n === root || n.kind === "var_spec_list";
    names.push(
      ...n
        .childrenOf("name")
        .filter((c) => c.kind !== ",")
        .map((c) => c.text),
    );
    return false;
  });
  return names;
}

/** What the outline says of them. */
export const outlined = (text: string) => outline(text).declarations.map((d) => `${d.kind} ${d.names.join(" ")} ${d.start}-${d.end}`);
