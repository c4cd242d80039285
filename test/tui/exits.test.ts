/** Ways in and out of the review: signals, faults, environments, the plain prompt. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bundled, gomend, program } from "../cli/gomend.ts";
import { LEAKY, MENDED } from "../cli/samples.ts";
import { tree } from "../engine/tree.ts";
import { CTRL_C, newHome, review } from "./open.ts";
import { body, named, small } from "./trees.ts";

bundled({ worker: "src/engine/worker.ts" });

/** What every way out has to take back. */
const RESTORED = ["\x1b[?1049l", "\x1b[?25h", "\x1b[?7h", "\x1b[?1000l", "\x1b[?2004l"];

describe("the terminal is given back", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGINT", 130],
  ])("on %s, and no decision is lost", async (signal, code) => {
    const home = newHome();
    const { pty, cwd, keys } = await review(small(), { home });
    await keys("y", "n");
    pty.kill(signal);
    expect(await pty.exit()).toBe(code);
    for (const sequence of RESTORED) expect(pty.raw).toContain(sequence);
    expect(pty.raw.lastIndexOf("\x1b[?1049l")).toBeGreaterThan(pty.raw.lastIndexOf("decided"));
    const again = await review({}, { home, cwd, args: ["review", "--resume"] });
    await again.pty.see("2/4 decided  ✓ 1  ✗ 1");
  });

  it("on ctrl-c, which asks first, and on a second one, with 130", async () => {
    const { pty, keys } = await review(small());
    await keys("y", CTRL_C);
    await pty.see("Leave the review?");
    await keys(CTRL_C);
    expect(await pty.exit()).toBe(130);
    for (const sequence of RESTORED) expect(pty.raw).toContain(sequence);
    expect(pty.text()).toContain("1 decision kept: gomend review --resume goes on.");
  });

  it("on ctrl-c at once when nothing is decided", async () => {
    const { pty } = await review(small());
    pty.send(CTRL_C);
    expect(await pty.exit()).toBe(130);
  });

  it("on ctrl-c at the question about a kept session, which stays kept; escape does not answer it", async () => {
    const home = newHome();
    const first = await review(small(), { home });
    await first.keys("y", "q", "k");
    await first.pty.exit();
    const second = await review({}, { home, cwd: first.cwd, early: true });
    await second.pty.see("1 decision of an earlier review is kept");
    await second.keys("\x1b");
    await second.pty.quiet();
    await second.pty.see("1 decision of an earlier review is kept");
    await second.keys(CTRL_C);
    expect(await second.pty.exit()).toBe(130);
    const third = await review({}, { home, cwd: first.cwd, args: ["review", "--resume"] });
    await third.pty.see("1/4 decided  ✓ 1");
  });

  it("when a fault is thrown, and the fault is told", async () => {
    const home = newHome();
    const bomb = join(home, "bomb.mjs");
    // A fault in the middle of a session, as a bug of ours would be.
    writeFileSync(bomb, 'process.on("SIGUSR2", () => { throw new Error("struck by lightning"); });\n');
    const { pty, keys } = await review(small(), { home, env: { NODE_OPTIONS: `--import ${bomb}` } });
    await keys("y");
    pty.kill("SIGUSR2");
    expect(await pty.exit()).toBe(2);
    for (const sequence of RESTORED) expect(pty.raw).toContain(sequence);
    expect(pty.raw.slice(pty.raw.lastIndexOf("\x1b[?1049l"))).toContain("struck by lightning");
    expect(readdirSync(join(home, "state")).some((f) => f.startsWith("review-"))).toBe(true);
  });
});

describe("colours", () => {
  const colored = /\x1b\[[\d;]*(3[0-7]|4[0-7]|38|48|9[0-7])[\d;]*m/;

  it("are none with NO_COLOR", async () => {
    const { pty, keys } = await review(small(), { env: { NO_COLOR: "1" } });
    await keys("y", "p", "?");
    expect(pty.raw).not.toMatch(colored);
    expect(pty.raw).toContain("\x1b[1m");
  });

  it("are the terminal's own where it has sixteen, or does not say what its background is", async () => {
    const sixteen = await review(small(), { env: { TERM: "xterm" }, background: "rgb:0/0/0" });
    expect(sixteen.pty.raw).toMatch(colored);
    expect(sixteen.pty.raw).not.toMatch(/[34]8;[25];/);
    const silent = await review(small(), { env: { COLORTERM: "truecolor" } });
    expect(silent.pty.raw).not.toMatch(/[34]8;[25];/);
  });

  it("fit a dark and a light background", async () => {
    const dark = await review(small(), { env: { COLORTERM: "truecolor" }, background: "rgb:0d0d/1111/1717" });
    await dark.pty.until(() => dark.pty.raw.includes("48;2;18;38;32"), "a dark tint");
    const light = await review(small(), { env: { COLORTERM: "truecolor" }, background: "rgb:ffff/ffff/ffff" });
    await light.pty.until(() => light.pty.raw.includes("48;2;222;250;228"), "a light tint");
  });
});

describe("gomend on a terminal", () => {
  it("tells what it found in short and offers the review", async () => {
    const { pty, keys } = await review(small(), { args: [], early: true });
    await pty.see("Go through them now?");
    expect(pty.text()).toContain("4 findings in 3 files");
    expect(pty.text()).toMatch(/3 {2}lost-cancel/);
    await pty.settled();
    pty.send("y\r");
    await pty.see("0/4 decided");
    await keys("q");
    expect(await pty.exit()).toBe(0);
  });

  it("takes no for an answer, with the exit code of the check", async () => {
    const { pty } = await review(small(), { args: [], early: true });
    await pty.see("Go through them now?");
    pty.send("n\r");
    expect(await pty.exit()).toBe(1);
  });

  it("has -i for the review", async () => {
    const { pty, keys } = await review(small(), { args: ["-i", "api"] });
    await pty.see("0/3 decided");
    await keys("q");
    expect(await pty.exit()).toBe(0);
  });
});

/** The prompt, with the answers given through a pipe. */
function prompted(cwd: string, answers: string, home: string, args: readonly string[] = ["review"]) {
  return gomend(args, { cwd, input: answers, env: { HOME: home, GOMEND_STATE_DIR: join(home, "state"), GOMEND_NO_CACHE: "1" } });
}

describe("the plain prompt", () => {
  it("asks one by one and writes what is accepted", async () => {
    const cwd = tree(small());
    const { code, out } = await prompted(cwd, "y\nn\nw\nq\nd\n", newHome());
    expect(code).toBe(0);
    expect(out).toContain("(1/4) Accept this fix [y,n,a,d,A,D,j,k,J,K,u,1-9,p,r,i,e,E,/,f,g,v,w,q,?]?");
    expect(out).toContain("+     defer cancel()");
    expect(out).toContain("Wrote 1 decision to 1 file");
    expect(readFileSync(join(cwd, "api/a.go"), "utf8")).toBe(named(MENDED, "api", 1) + body(named(LEAKY, "api", 2)));
  });

  it("knows the same keys: files, rules, undo, suppressions, filters, alternatives, help", async () => {
    const cwd = tree(small());
    const { out } = await prompted(cwd, "?\na\nu\nA\ny\ni it is closed elsewhere\nf rule:cancel\nw\nq\nd\n", newHome());
    expect(out).toMatch(/^A +accept the rest of this rule/m);
    expect(out).toContain("undone: 2 decisions");
    expect(out).toContain("Accept 3 fixes of lost-cancel?");
    expect(out).toContain("Wrote 4 decisions to 3 files");
    expect(readFileSync(join(cwd, "api/b.go"), "utf8")).toContain("//gomend:ignore select-without-done // it is closed elsewhere");
  });

  it("keeps the session when the input ends, and resumes it", async () => {
    const cwd = tree(small());
    const home = newHome();
    const first = await prompted(cwd, "y\ny\n", home);
    expect([first.code, first.out]).toEqual([0, expect.stringContaining("2 decisions kept: gomend review --resume goes on.")]);
    expect(readFileSync(join(cwd, "api/a.go"), "utf8")).toBe(small()["api/a.go"]);
    const second = await prompted(cwd, "w\nq\nd\n", home, ["review", "--resume"]);
    expect(second.out).toContain("Wrote 2 decisions to 1 file");
    expect((await prompted(cwd, "", newHome(), ["review", "--resume"])).code).toBe(2);
  });

  it("is what dumb and tiny terminals get", async () => {
    for (const how of [{ env: { TERM: "dumb" } }, { columns: 39, rows: 24 }, { columns: 80, rows: 9 }]) {
      const { pty } = await review(small(), { ...how, early: true });
      await pty.see("[y,n,a,d");
      expect(pty.raw).not.toContain("\x1b[?1049h");
      pty.send("q\r");
      expect(await pty.exit()).toBe(0);
    }
  });

  it("says when nothing is found", async () => {
    const { code, out } = await prompted(tree({ "a.go": "package a\n" }), "", newHome());
    expect([code, out]).toEqual([0, "Nothing was found.\n"]);
  });

  it("refuses the standard input as code, in one line", async () => {
    const { code, err } = await prompted(tree({}), "", newHome(), ["review", "-"]);
    expect([code, err]).toEqual([2, "gomend: review goes through files: it cannot read code from the standard input\n"]);
  });
});

describe("what the program loads", () => {
  it("is neither Ink nor React, but for the review", async () => {
    const cwd = tree(small());
    const loaded = await new Promise<string>((resolve) => {
      const child = spawn(process.execPath, [program(), "check"], {
        cwd,
        env: { PATH: process.env.PATH ?? "", NODE_DEBUG: "esm", GOMEND_NO_CACHE: "1" },
      });
      let err = "";
      child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
        err += chunk;
      });
      child.on("close", () => resolve(err));
    });
    expect(loaded).not.toMatch(/node_modules\/(ink|react)\//);
  });
});
