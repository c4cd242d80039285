import { appendFileSync, chmodSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../src/cli/tui/core/state.ts";
import { editorCommand, openEditor, splitWords } from "../../src/cli/tui/editor.ts";
import { type Kept, Session, sessionFile } from "../../src/cli/tui/session.ts";
import { tree } from "../engine/tree.ts";

const kept = (id: string, decision: Decision | null): Kept => ({ id, path: "a.go", sum: "0", decision });

describe("a session", () => {
  it("gives back the last word on each finding", () => {
    const session = new Session("/work", join(tree({}), "s.jsonl"));
    expect(session.load().size).toBe(0);
    session.add([kept("a", { kind: "accept", fix: 1 }), kept("b", { kind: "reject" })]);
    session.add([kept("a", null), kept("c", { kind: "suppress", reason: "why" })]);
    session.add([kept("d", { kind: "edit", fix: 0, edits: [{ at: { path: "a.go", start: 1, end: 2 }, text: "x" }] })]);
    const again = new Session("/work", session.file);
    expect([...again.load().values()].map((k) => [k.id, k.decision?.kind])).toEqual([
      ["b", "reject"],
      ["c", "suppress"],
      ["d", "edit"],
    ]);
    expect((statSync(session.file ?? "").mode & 0o077).toString(8)).toBe("0");
  });

  it("loses nothing before a line that a crash cut short, and believes nothing that is none of its lines", () => {
    const session = new Session("/work", join(tree({}), "s.jsonl"));
    session.add([kept("a", { kind: "reject" })]);
    appendFileSync(
      session.file ?? "",
      '{"id":"x","path":"a.go","sum":"0","decision":{"kind":"delete"}}\nnull\n{"id":"b","path":"a.go","su',
    );
    expect([...new Session("/work", session.file).load().keys()]).toEqual(["a"]);
    expect(new Session("/elsewhere", session.file).load().size).toBe(0);
  });

  it("goes on in the same file once it was begun with what was kept", () => {
    const session = new Session("/work", join(tree({}), "s.jsonl"));
    session.begin([kept("a", { kind: "reject" })]);
    session.add([kept("b", { kind: "reject" })]);
    expect(readFileSync(session.file ?? "", "utf8").split("\n")).toHaveLength(4);
    session.drop();
    expect(session.load().size).toBe(0);
  });

  it("lies in the user's own state, by directory, and nowhere that others may write to", () => {
    const state = join(tree({}), "state");
    expect(sessionFile("/work", { GOMEND_STATE_DIR: state })).toMatch(/state\/review-[0-9a-f]{16}\.jsonl$/);
    expect(sessionFile("/work", { GOMEND_STATE_DIR: state })).not.toBe(sessionFile("/other", { GOMEND_STATE_DIR: state }));
    chmodSync(state, 0o777);
    expect(sessionFile("/work", { GOMEND_STATE_DIR: state })).toBeNull();
    const nowhere = new Session("/work", null);
    nowhere.add([kept("a", { kind: "reject" })]);
    expect(nowhere.load().size).toBe(0);
  });
});

describe("the editor", () => {
  const place = { file: "/x/a b.go", line: 12, column: 3 };
  it.each([
    [{ EDITOR: "vim" }, ["vim", "+12", "/x/a b.go"]],
    [{ VISUAL: "code", EDITOR: "vim" }, ["code", "--wait", "--goto", "/x/a b.go:12:3"]],
    [{ EDITOR: "code --wait" }, ["code", "--wait", "--goto", "/x/a b.go:12:3"]],
    [{ EDITOR: "/usr/bin/hx" }, ["/usr/bin/hx", "/x/a b.go:12:3"]],
    [{ EDITOR: "'my editor' -n" }, ["my editor", "-n", "/x/a b.go"]],
    [{}, ["vi", "+12", "/x/a b.go"]],
  ])("of %j is told the place as it wants it", (env, words) => {
    const { command, args } = editorCommand(place, env);
    expect([command, ...args]).toEqual(words);
  });

  it("is named when it is not there, or fails", () => {
    expect(openEditor(place, { EDITOR: "no-such-editor" })).toBe("there is no no-such-editor: set VISUAL or EDITOR");
    expect(openEditor(place, { EDITOR: `${process.execPath} -e process.exit(3)` })).toContain("ended with 3");
    expect(splitWords(`a "b c" 'd e'`)).toEqual(["a", "b c", "d e"]);
  });
});
