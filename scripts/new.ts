/**
 * `npm run new <family>/<rule-id>`: a rule's file and its first fixtures, to be filled in. The rule finds nothing until its check is written,
 * and its `basic` fixture fails until then.
 */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

const families = readdirSync("src/transforms", { withFileTypes: true }).filter((e) => e.isDirectory());
const [, family, id] = /^([a-z]+)\/([a-z0-9]+(?:-[a-z0-9]+)*)$/.exec(process.argv[2] ?? "") ?? [];
if (!family || !id) {
  console.error(`usage: npm run new <family>/<rule-id>\nfamilies: ${families.map((f) => f.name).join(", ")}`);
  process.exit(2);
}

const rule = `/**
 * What it rewrites, before => after, and why that is safe:
 *
 *     before
 * =>
 *     after
 */
import { defineRule, finding } from "../../rule/index.ts";

export default defineRule({
  id: "${id}",
  family: "${family}",
  title: "What is wrong, in one line",
  why: "Why it matters, in a sentence or two.",
  fixSafety: "When its fixes are safe, when not, and why.",
  silent: "When it says nothing on purpose.",
  sources: [],
  since: "${process.env.npm_package_version ?? "0.1.0"}",
  tier: "pedantic",
  triggers: ["pkg.Symbol"],
  *check(pkg) {
    for (const call of pkg.calls("pkg.Symbol")) {
      if (!call.func) continue; // a package-level initialiser
      yield finding(this, call.node, "what is found, lower case, no full stop");
    }
  },
});
`;

const wrong = `package fixture

// The clearest realistic code: it becomes the example of the rule's page.
func basic() {
	println("the fault") // want "what is found" safe
}
`;

const right = `package fixture

// Looks alike, and is right.
func right() {
	println("no fault")
}
`;

const written = [
  [`src/transforms/${family}/${id}.ts`, rule],
  [`fixtures/before/${id}/basic.go`, wrong],
  [`fixtures/before/${id}/ok-basic.go`, right],
] as const;
for (const [path] of written) {
  if (!existsSync(path)) continue;
  console.error(`${path} is there already`);
  process.exit(2);
}
for (const [path, text] of written) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  console.log(path);
}
console.log("Next: write the check, then npm run accept, npm run gen, npm run check.");
