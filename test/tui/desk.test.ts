import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Item } from "../../src/cli/tui/core/item.ts";
import { initial } from "../../src/cli/tui/core/list.ts";
import { reduce } from "../../src/cli/tui/core/reduce.ts";
import type { Decision } from "../../src/cli/tui/core/state.ts";
import { Desk } from "../../src/cli/tui/desk.ts";
import { Session } from "../../src/cli/tui/session.ts";
import { rules } from "../../src/transforms/index.ts";
import { tree } from "../engine/tree.ts";
import { small } from "./trees.ts";

async function desk(cwd: string, file: string, paths: readonly string[] = [], resumes = false): Promise<Desk> {
  const session = new Session(cwd, file);
  const made = new Desk({ cwd, rules, isolated: true, paths }, session);
  if (resumes) made.resume(session.load());
  await made.check(
    () => {},
    () => {},
  );
  return made;
}

/** Rejects everything, written down. */
function rejectAll(made: Desk): void {
  const before = reduce(initial(), { type: "items", items: made.items() }).state;
  const decisions = before.items.map((i: Item): [string, Decision] => [i.id, { kind: "reject" }]);
  expect(made.keep(before, reduce(before, { type: "decide", decisions, move: false }).state)).toBeNull();
}

describe("the desk", () => {
  it("restores what still holds, and lets go of what is about other code", async () => {
    const cwd = tree(small());
    const file = join(tree({}), "s.jsonl");
    rejectAll(await desk(cwd, file));
    writeFileSync(join(cwd, "store/c.go"), `// changed\n${small()["store/c.go"]}`);
    writeFileSync(join(cwd, "api/b.go"), "package api\n");
    const again = await desk(cwd, file, [], true);
    again.lapseRest();
    expect([again.takeRestored().size, again.lapsed]).toEqual([2, 2]);
    expect(new Session(cwd, file).load().size).toBe(2);
  });

  it("keeps what a review of other paths does not look at, to its end and beyond", async () => {
    const cwd = tree(small());
    const file = join(tree({}), "s.jsonl");
    rejectAll(await desk(cwd, file));
    const part = await desk(cwd, file, ["store"], true);
    part.lapseRest();
    expect([part.takeRestored().size, part.lapsed]).toEqual([1, 0]);
    expect(new Session(cwd, file).load().size).toBe(4);
    part.endSession();
    expect(new Session(cwd, file).load().size).toBe(3);
    (await desk(cwd, file)).endSession();
    expect(new Session(cwd, file).load().size).toBe(0);
  });

  it("knows which files are not what was read", async () => {
    const cwd = tree(small());
    const made = await desk(cwd, join(tree({}), "s.jsonl"));
    expect(made.stale(["api/a.go", "store/c.go"])).toEqual([]);
    writeFileSync(join(cwd, "store/c.go"), "package store\n");
    expect(made.stale(["api/a.go", "store/c.go", "store/c.go"])).toEqual(["store/c.go"]);
  });
});
