/** `gomend undo`, and writes on which something goes wrong, with the program as it is run. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tree } from "../engine/tree.ts";
import { bundled, gomend, program } from "./gomend.ts";
import { LEAKY } from "./samples.ts";

bundled();

const many = (n: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: n }, (_, i) => [`p${i % 7}/f${i}.go`, LEAKY.replaceAll("Leaky", `Leaky${i}`)]));

function texts(cwd: string): Record<string, string> {
  const all = readdirSync(cwd, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  return Object.fromEntries(all.map((e) => [join(e.parentPath, e.name), readFileSync(join(e.parentPath, e.name), "utf8")]));
}

describe("undo", () => {
  it("takes back what fix wrote, and says so; a second time there is nothing", async () => {
    const cwd = tree({ "a.go": LEAKY, "b/b.go": LEAKY });
    const before = texts(cwd);
    expect((await gomend(["fix"], { cwd })).code).toBe(0);
    expect(texts(cwd)).not.toEqual(before);
    const { code, out, err } = await gomend(["undo"], { cwd });
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/^Took back the write of \S+: 2 files as before\.\n- a\.go\n- b\/b\.go\n$/);
    expect(texts(cwd)).toEqual(before);
    const again = await gomend(["undo"], { cwd });
    expect([again.code, again.out, again.err]).toEqual([
      2,
      "",
      "gomend: nothing to take back: gomend wrote nothing in this tree, or it was taken back already\n",
    ]);
  });

  it("refuses a file that was edited since, tells the way out, and lets go of it", async () => {
    const cwd = tree({ "a.go": LEAKY, "b.go": LEAKY.replaceAll("Leaky", "Other") });
    await gomend(["fix"], { cwd });
    writeFileSync(join(cwd, "a.go"), `${readFileSync(join(cwd, "a.go"), "utf8")}// mine\n`);
    const edited = readFileSync(join(cwd, "a.go"), "utf8");
    const { code, out, err } = await gomend(["undo"], { cwd });
    expect(code).toBe(2);
    expect(out).toContain("1 file as before.\n- b.go\n");
    expect(err).toBe(
      "gomend: a.go: not taken back: the file was edited since\n" +
        "gomend: what was not taken back is kept: mend it and run gomend undo again, or let go of it with gomend undo --forget\n",
    );
    expect(readFileSync(join(cwd, "a.go"), "utf8")).toBe(edited);
    expect((await gomend(["undo", "--forget"], { cwd })).out).toMatch(/^Forgot the write of \S+; the files stay as they are\.\n$/);
    expect((await gomend(["undo", "--forget"], { cwd })).code).toBe(2);
  });
});

describe("two gomends at once", () => {
  it("leave each file as one of them would, and undo gives all of it back", async () => {
    const cwd = tree(many(60));
    const before = texts(cwd);
    const alone = tree(many(60));
    await gomend(["fix"], { cwd: alone });
    const after = Object.fromEntries(Object.entries(texts(alone)).map(([path, text]) => [path.replace(alone, cwd), text]));
    const runs = await Promise.all([1, 2, 3].map(() => gomend(["fix", "--output-format", "concise"], { cwd })));
    expect(texts(cwd)).toEqual(after);
    // Who came too late either found nothing left to mend, or says that the files changed.
    for (const { code, out } of runs) {
      if (code !== 2) expect(code).toBe(0);
      else expect(out).toContain("problem: not written: the file changed since it was read; run gomend again");
    }
    while ((await gomend(["undo"], { cwd })).code === 0);
    expect(texts(cwd)).toEqual(before);
  });
});

const canMount = spawnSync("unshare", ["-rm", "true"]).status === 0;

describe("a full disk", () => {
  it.skipIf(!canMount)("leaves every file whole, and is told", () => {
    const cwd = tree({ "disk/": "" });
    // Room for the files, and for half of them once more.
    const script = `
      set -e
      mount -t tmpfs -o size=${4096 * 61} tmpfs disk
      cp -r "$1"/* disk
      cd disk
      cp -r . "$2/before"
      set +e
      "$3" "$4" fix --output-format concise > "$2/out"
      echo $? > "$2/code"
      cp -r . "$2/after"`;
    const out = tree({ "before/": "", "after/": "" });
    const state = tree({});
    execFileSync("unshare", ["-rm", "sh", "-c", script, "sh", tree(many(40)), out, process.execPath, program()], {
      cwd,
      env: { ...process.env, GOMEND_STATE_DIR: state, GOMEND_NO_CACHE: "1" },
    });
    expect(readFileSync(join(out, "code"), "utf8").trim()).toBe("2");
    const said = readFileSync(join(out, "out"), "utf8");
    expect(said).toContain("problem: not written: no space left on the device");
    const now = texts(join(out, "after"));
    const old = Object.entries(texts(join(out, "before")));
    expect(Object.keys(now).sort()).toEqual(old.map(([path]) => path.replace("/before/", "/after/")).sort());
    const same = old.filter(([path, text]) => now[path.replace("/before/", "/after/")] === text);
    const told = said.split("\n").filter((line) => line.includes("no space left"));
    expect(same).toHaveLength(told.length);
    expect(same.length).toBeLessThan(40);
  });
});

describe("a write that is killed", () => {
  it("leaves each file whole, and undo gives all of it back", async () => {
    const cwd = tree(many(120));
    const before = texts(cwd);
    const env = { ...process.env, GOMEND_NO_CACHE: "1" };
    let cut = 0;
    for (let n = 0; n < 40 && cut === 0; n++) {
      const child = spawn(process.execPath, [program(), "fix"], { cwd, env, stdio: "ignore" });
      const closed = new Promise((resolve) => child.on("close", resolve));
      // Strike as soon as the first file has changed.
      const first = join(cwd, "p0/f0.go");
      while (child.exitCode === null && readFileSync(first, "utf8") === before[first]) await new Promise((r) => setTimeout(r, 1));
      child.kill("SIGKILL");
      await closed;
      const now = texts(cwd);
      const changed = Object.keys(before).filter((path) => now[path] !== before[path]);
      if (changed.length > 0 && changed.length < 120) cut = changed.length;
      const undo = spawnSync(process.execPath, [program(), "undo"], { cwd, env, encoding: "utf8" });
      if (changed.length > 0) expect([undo.status, undo.stderr]).toEqual([0, ""]);
      expect(texts(cwd)).toEqual(before);
    }
    expect(cut).toBeGreaterThan(0);
  });
});
