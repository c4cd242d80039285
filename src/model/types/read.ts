/** Types as the table of the standard library spells them. */
import type { FieldType, Type } from "../model.ts";
import type { Func, TypeParam } from "./core.ts";
import * as core from "./core.ts";

/** What reading needs to know of the rest of the table. */
export interface TableTypes {
  /** The type of another package that is loaded already, so that equal types are one object; null where there is none. */
  known(path: string, name: string): Type | null;
  /** The underlying type, by the table alone. */
  structure(type: Type): Type;
}

/** Reads a type as scripts/stdlib/main.go spells it; `path` is the package to which `.Name` belongs. */
export function readType(text: string, path: string, params: readonly TypeParam[], table: TableTypes): Type {
  return new Reader(text, path, params, table).type();
}

class Reader {
  readonly #text: string;
  readonly #path: string;
  readonly #params: readonly TypeParam[];
  readonly #table: TableTypes;
  #at = 0;

  constructor(text: string, path: string, params: readonly TypeParam[], table: TableTypes) {
    this.#text = text;
    this.#path = path;
    this.#params = params;
    this.#table = table;
  }

  #take(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #word(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? "";
    this.#at += found.length;
    return found;
  }

  type(): Type {
    switch (this.#text[this.#at]) {
      case "*":
        this.#at++;
        return core.pointerTo(this.type());
      case "[": {
        if (this.#take("[]")) return core.sliceOf(this.type());
        this.#at++;
        const length = Number(this.#word(/\d+/y));
        this.#at++;
        return { kind: "array", elem: this.type(), length };
      }
      case "$": {
        this.#at++;
        return this.#params[Number(this.#word(/\d+/y))] ?? core.unknown;
      }
      case ".":
        this.#at++;
        return this.#named(this.#path, this.#word(/[\p{L}\p{N}_]+/uy));
      case "@": {
        this.#at++;
        const whole = this.#word(/[\p{L}\p{N}_/.-]+/uy);
        const dot = whole.lastIndexOf(".");
        return this.#named(whole.slice(0, dot), whole.slice(dot + 1));
      }
      case "|":
        return this.#union();
      default:
    }
    if (this.#take("map[")) {
      const key = this.type();
      this.#at++;
      return { kind: "map", key, value: this.type() };
    }
    if (this.#take("<-chan ")) return { kind: "chan", elem: this.type(), dir: "receive" };
    if (this.#take("chan<- ")) return { kind: "chan", elem: this.type(), dir: "send" };
    if (this.#take("chan ")) return { kind: "chan", elem: this.type(), dir: "both" };
    if (this.#take("func(")) return this.#signature();
    if (this.#take("struct{")) return this.#struct();
    if (this.#take("interface{")) return this.#interface();
    if (this.#take("unsafe.Pointer")) return core.unsafePointer;
    const word = this.#word(/untyped \w+|\w+/y);
    return word.startsWith("untyped ") ? core.basic(word) : (core.predeclaredType(word) ?? core.unknown);
  }

  #named(path: string, name: string): Type {
    if (this.#text[this.#at] === "[") {
      this.#at++;
      const args = [this.type()];
      while (this.#take(",")) args.push(this.type());
      this.#at++;
      return core.named(path, name, null, args);
    }
    return (path === this.#path ? null : this.#table.known(path, name)) ?? core.named(path, name, null);
  }

  /** After `func(` or a method's name and `(`. */
  #signature(): Func {
    const params: Type[] = [];
    let variadic = false;
    while (!this.#take(")")) {
      this.#take(",");
      variadic = this.#take("...");
      const type = this.type();
      params.push(variadic ? core.sliceOf(type) : type);
    }
    const results: Type[] = [];
    this.#take("(");
    while (!this.#take(")")) {
      this.#take(",");
      results.push(this.type());
    }
    return { kind: "func", params, results, variadic };
  }

  #struct(): Type {
    const fields: FieldType[] = [];
    while (!this.#take("}")) {
      this.#take(";");
      const embedded = this.#take("+");
      const name = this.#word(/[\p{L}\p{N}_]+/uy);
      this.#at++;
      fields.push({ name, type: this.type(), embedded, tag: null, node: null });
    }
    return { kind: "struct", fields };
  }

  #interface(): Type {
    const methods: { name: string; type: Type }[] = [];
    const embeds: Type[] = [];
    let terms: readonly core.Term[] | undefined;
    let open = false;
    while (!this.#take("}")) {
      this.#take(";");
      if (this.#take("+")) {
        const type = this.type();
        const u = this.#table.structure(type);
        if (u.kind === "interface") {
          embeds.push(type);
          for (const m of u.methods) if (!methods.some((o) => o.name === m.name)) methods.push(m);
          if (u.open || (terms && u.terms)) open = true;
          terms ??= u.terms;
        } else if (u.kind === "unknown") open = true;
        else terms = [{ tilde: false, type }];
      } else if (this.#text[this.#at] === "|") {
        const union = this.#union();
        if (union.kind === "interface" && union.terms && !terms) terms = union.terms;
        else open = true;
      } else {
        const name = this.#word(/[\p{L}\p{N}_]+/uy);
        this.#at++;
        methods.push({ name, type: this.#signature() });
      }
    }
    return { kind: "interface", methods, open, ...(terms ? { terms } : {}), ...(embeds.length > 0 ? { embeds } : {}) };
  }

  #union(): Type {
    const terms: core.Term[] = [];
    let open = false;
    while (this.#take("|")) {
      const tilde = this.#take("~");
      const type = this.type();
      const u = this.#table.structure(type);
      if (u.kind === "interface") {
        if (u.terms) terms.push(...u.terms);
        else open = true;
      } else if (u.kind === "unknown") open = true;
      else terms.push({ tilde, type });
    }
    return open ? { kind: "interface", methods: [], open } : { kind: "interface", methods: [], open, terms };
  }
}
