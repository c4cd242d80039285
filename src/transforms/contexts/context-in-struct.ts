import { defineRule, type Fix, fieldRemoved, finding, fix, type GoNode, isNamed, type PackageModel } from "../../rule/index.ts";

/**
 * A struct that keeps a context.
 *
 *     type Client struct {              type Client struct {
 *         ctx  context.Context    =>        addr string
 *         addr string                   }
 *     }
 */
export default defineRule({
  id: "context-in-struct",
  family: "contexts",
  title: "A struct keeps a context",
  why: "A context belongs to one call. In a struct it outlives the call that it came with, or ends while the struct is still in use, and its callers can neither cancel their call nor give it a deadline.",
  fixSafety: "A sketch: the field goes, and each method that needs a context gets it as its first parameter, and so do its callers.",
  silent:
    "The type is a context itself (it declares Value, Done, Err or Deadline), or hands its context out by a method Context, as http.Request does; types of tests and of functions.",
  sources: ["https://go.dev/blog/context-and-structs", "https://pkg.go.dev/context"],
  since: "0.1.0",
  tier: "pedantic",
  triggers: [["struct", "Context"]],
  imports: ["context"],
  *check(pkg) {
    for (const field of pkg.nodes("field_declaration")) {
      const type = field.child("type");
      if (!type || !isNamed(pkg.typeAt(type), "context.Context")) continue;
      const spec = field.closest("type_spec");
      if (!spec || pkg.functionOf(field) || pkg.fileOf(field).test) continue; // it does not outlive its function
      const name = spec.child("name")?.text ?? "";
      if (handsOut(pkg, name)) continue; // a context, or what carries one from call to call
      yield finding(this, field, `${name} keeps a context, which belongs to one call`, [without(field)]);
    }
  },
});

const OWN = ["Context", "Value", "Done", "Err", "Deadline"];

function handsOut(pkg: PackageModel, type: string): boolean {
  return OWN.some((m) => pkg.method(type, m).length > 0);
}

function without(field: GoNode): Fix | null {
  return fix({
    title: "Pass the context to the methods that need it",
    applicability: "display",
    because: "each method that needs it has to get it as its first parameter, and so have its callers",
    edits: [fieldRemoved(field)],
  });
}
