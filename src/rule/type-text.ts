/** A type as it can be written at a place. */
import type { GoNode } from "../go/node.ts";
import type { PackageModel, Type } from "../model/model.ts";
import { member, qualifier } from "./names.ts";
import type { ImportIntent } from "./rule.ts";

export interface TypeText {
  readonly text: string;
  readonly imports: readonly ImportIntent[];
}

/** null where the type is not known, has no name here, or its name means something else at `at`. */
export function writtenType(pkg: PackageModel, type: Type, at: GoNode): TypeText | null {
  const imports: ImportIntent[] = [];
  const text = write(pkg, type, at, imports);
  return text === null ? null : { text, imports };
}

function write(pkg: PackageModel, type: Type, at: GoNode, imports: ImportIntent[]): string | null {
  const inner = (t: Type): string | null => write(pkg, t, at, imports);
  const around = (before: string, t: Type): string | null => {
    const text = inner(t);
    return text === null ? null : before + text;
  };
  switch (type.kind) {
    case "basic":
      return universe(pkg, type.name, at);
    case "named":
      return named(pkg, type, at, imports);
    case "pointer":
      return around("*", type.elem);
    case "slice":
      return around("[]", type.elem);
    case "array":
      return type.length === null ? null : around(`[${type.length}]`, type.elem);
    case "map": {
      const key = inner(type.key);
      return key === null ? null : around(`map[${key}]`, type.value);
    }
    case "chan": {
      const elem = inner(type.elem);
      if (elem === null) return null;
      if (type.dir !== "both") return type.dir === "send" ? `chan<- ${elem}` : `<-chan ${elem}`;
      return type.elem.kind === "chan" && type.elem.dir === "receive" ? `chan (${elem})` : `chan ${elem}`;
    }
    case "func":
      return signature(type, inner);
    case "struct":
      return type.fields.length === 0 ? "struct{}" : null;
    case "interface":
      return type.methods.length === 0 && !type.open && !type.terms ? "interface{}" : null;
    case "typeparam": {
      const meant = pkg.resolve(type.name, at);
      return meant?.kind === "typeparam" && meant.node === type.node ? type.name : null;
    }
    default:
      return null;
  }
}

function signature(type: Type & { kind: "func" }, inner: (t: Type) => string | null): string | null {
  const params = type.params.map((p, i) => {
    const rest = type.variadic && i === type.params.length - 1 && p.kind === "slice" ? p.elem : null;
    const text = inner(rest ?? p);
    return text !== null && rest ? `...${text}` : text;
  });
  const results = type.results.map(inner);
  if (params.includes(null) || results.includes(null)) return null;
  const given = results.length > 1 ? ` (${results.join(", ")})` : results.length === 1 ? ` ${results[0]}` : "";
  return `func(${params.join(", ")})${given}`;
}

/** `int`, `error`: a name of the universe that nothing hides. */
function universe(pkg: PackageModel, name: string, at: GoNode): string | null {
  if (name === "unsafe.Pointer" || name.startsWith("untyped ")) return null;
  const meant = pkg.resolve(name, at);
  return meant === null || meant.scope.kind === "universe" ? name : null;
}

function named(pkg: PackageModel, type: Type & { kind: "named" }, at: GoNode, imports: ImportIntent[]): string | null {
  const name = typeName(pkg, type, at, imports);
  if (name === null || type.args.length === 0) return name;
  const args = type.args.map((t) => write(pkg, t, at, imports));
  return args.includes(null) ? null : `${name}[${args.join(", ")}]`;
}

function typeName(pkg: PackageModel, type: Type & { kind: "named" }, at: GoNode, imports: ImportIntent[]): string | null {
  const meant = pkg.resolve(type.name, at);
  if (type.local) return meant?.kind === "type" && meant.node?.parent === type.local ? type.name : null;
  if (type.path === "" && type.pkg === null) return universe(pkg, type.name, at);
  if (type.pkg === pkg || (type.path !== "" && type.path === pkg.path))
    return meant?.entity?.pkg === pkg && meant.kind === "type" ? type.name : null;
  if (type.path === "" || !/^\p{Lu}/u.test(type.name)) return null;
  const q = qualifier(pkg, at, type.path, type.name);
  if (!q) return null;
  imports.push(...q.imports);
  return member(q, type.name);
}
