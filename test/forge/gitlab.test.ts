/** The sender against a server that enforces what GitLab says of positions. */
import { afterEach, describe, expect, it } from "vitest";
import { publishToGitlab } from "../../src/cli/publish/gitlab.ts";
import type { Console, Publication } from "../../src/cli/publish/publication.ts";
import { gitlabDialect } from "../../src/forge/gitlab.ts";
import { markIn } from "../../src/forge/marker.ts";
import type { Subject } from "../../src/forge/subject.ts";
import type { Finding } from "../../src/rule/rule.ts";
import type { Fault } from "./github-server.ts";
import { applied, FakeGitlab } from "./gitlab-server.ts";
import { COMMIT, print, published, reportOf } from "./made.ts";

const running: FakeGitlab[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    await server.stop();
    expect(server.faults).toEqual([]);
  }
});

const PATH = "dir/a b&c=d.go";
const HEAD = Array.from({ length: 60 }, (_, i) => `line ${i + 1}\n`).join("");
const BASE = HEAD.replace("line 10\n", "").replace("line 30\nline 31\n", "old\n");

/** A finding that replaces the lines from `first` to `last`. */
function finding(n: number, first: number, last: number, text: string): Finding {
  const start = HEAD.indexOf(`line ${first}\n`);
  const end = HEAD.indexOf(`line ${last}\n`) + `line ${last}`.length;
  const at = { path: PATH, start, end };
  return {
    rule: "r",
    at,
    message: `number ${n}`,
    confidence: "proven",
    fixes: [{ title: "Mend it", applicability: "safe", edits: [{ at, text }] }],
  };
}

const ALL = [finding(0, 10, 10, "new"), finding(1, 8, 9, "x\ny\nz"), finding(2, 30, 32, "q"), finding(3, 50, 50, "far")];

function subjectOf(numbers: readonly number[], findings = ALL, commit = COMMIT): Subject {
  const own = numbers.map((n) => findings[n] as Finding);
  return { ...published(reportOf(own, new Map([[PATH, HEAD]]), numbers.map(print))), commit };
}

async function gitlab(base = BASE): Promise<FakeGitlab & { url: string }> {
  const server = new FakeGitlab(COMMIT, { base: new Map([[PATH, base]]), head: new Map([[PATH, HEAD]]) });
  running.push(server);
  return Object.assign(server, { url: await server.start() });
}

const quiet: Console = { say: () => {}, show: () => {} };

function send(
  server: FakeGitlab & { url: string },
  subject: Subject,
  way: { dryRun?: boolean; console?: Console } = {},
): Promise<Publication> {
  return publishToGitlab({
    target: { to: "gitlab", api: server.url, project: "g/p", number: 5, token: server.token },
    subject,
    reasonOf: () => null,
    dryRun: way.dryRun ?? false,
    console: way.console ?? quiet,
    second: 0.005,
  });
}

const numbers = (server: FakeGitlab): number[] =>
  server.ours.map(({ notes }) => {
    const mark = markIn(notes[0]?.body ?? "");
    return mark?.kind === "finding" ? Number.parseInt(mark.fingerprint, 16) : -1;
  });

describe("a first run", () => {
  it("opens a discussion on each finding in the diff, at positions that GitLab takes, and writes a summary", async () => {
    const server = await gitlab();
    const done = await send(server, subjectOf([0, 1, 2, 3]));
    expect(numbers(server)).toEqual([1, 0, 2]);
    const [range, one] = server.ours.map((d) => d.notes[0]);
    expect(one?.position).toMatchObject({ new_path: PATH, old_path: PATH, new_line: 10 });
    expect(one?.position).not.toHaveProperty("old_line");
    expect(one?.position).not.toHaveProperty("line_range");
    expect(range?.position).toMatchObject({ new_line: 9, old_line: 9, line_range: { start: { new_line: 8, old_line: 8 } } });
    expect(one?.body).toContain("```suggestion:-0+0\nnew\n```");
    expect(range?.body).toContain("```suggestion:-1+0\nx\ny\nz\n```");
    expect(server.summaries).toHaveLength(1);
    expect(server.summaries[0]?.body).toContain("number 3");
    expect(done).toMatchObject({ where: "g/p!5", posted: 3 });
  });

  it("suggests what fix would write", async () => {
    const server = await gitlab();
    await send(server, subjectOf([0, 1, 2]));
    const texts = server.ours.map((d) => applied(HEAD, d.notes[0]!));
    expect(texts).toEqual([
      HEAD.replace("line 8\nline 9\n", "x\ny\nz\n"),
      HEAD.replace("line 10\n", "new\n"),
      HEAD.replace("line 30\nline 31\nline 32\n", "q\n"),
    ]);
  });

  it("makes no two suggestions of one line, and none that would be a quick action", async () => {
    const server = await gitlab();
    const findings = [...ALL, finding(4, 9, 10, "both"), finding(5, 12, 12, "/close")];
    await send(server, subjectOf([0, 4, 5], findings));
    const bodies = server.ours.map((d) => d.notes[0]?.body ?? "");
    expect(bodies.filter((body) => body.includes("```suggestion"))).toHaveLength(1);
    expect(bodies.join()).toContain("its lines are those of another suggestion");
    expect(bodies.join()).toContain("one of its lines would be a quick action");
    expect(
      gitlabDialect(
        () => "",
        () => null,
      ).refuses({ path: "a", first: 1, last: 1, lines: ["x", "  /merge"] }),
    ).not.toBeNull();
  });
});

describe("a later run", () => {
  it("repeats nothing, answers and resolves what is mended, once, and opens it again when it is back", async () => {
    const server = await gitlab();
    for (let i = 0; i < 130; i++) server.write(null, `talk ${i}`);
    await send(server, subjectOf([0, 1]));
    const before = server.writes().length;
    await send(server, subjectOf([0, 1]));
    expect(server.writes()).toHaveLength(before);
    await send(server, subjectOf([1]));
    await send(server, subjectOf([1]));
    const [, mended] = server.ours;
    expect(mended?.resolved).toBe(true);
    expect(mended?.notes.slice(1).map((n) => n.body)).toEqual([expect.stringMatching(new RegExp(`^Fixed in ${COMMIT}\\.`))]);
    await send(server, subjectOf([0, 1]));
    expect(mended?.resolved).toBe(false);
    expect(mended?.notes).toHaveLength(3);
    expect(numbers(server)).toEqual([1, 0]);
    expect(server.summaries).toHaveLength(1);
  });

  it("takes no mark of a stranger for its own", async () => {
    const server = await gitlab();
    server.write(null, `<!-- gomend finding ${print(0)} -->`);
    server.write(null, "<!-- gomend summary -->");
    await send(server, subjectOf([0]));
    expect(numbers(server)).toEqual([0]);
    expect(server.summaries).toHaveLength(2);
  });
});

describe("when something fails, no comment is lost or doubled", () => {
  const on = (part: string, fault: Fault, nth = 1): FakeGitlab["intervene"] => {
    let seen = 0;
    return ({ method, url }) => (method === "POST" && url.endsWith(part) && ++seen === nth ? fault : null);
  };
  it.each<[string, FakeGitlab["intervene"]]>([
    ["a 502 after a discussion was opened", on("/discussions", { status: 502, after: true })],
    ["a 502 before", on("/discussions", { status: 502 }, 2)],
    ["too many requests", on("/discussions", { status: 429, headers: { "retry-after": "3" } }, 2)],
    ["a 502 after the summary", on("/notes", { status: 502, after: true })],
    [
      "a 502 while reading",
      (() => {
        let n = 0;
        return ({ url }) => (url.includes("/diffs") && n++ === 0 ? { status: 502 } : null);
      })(),
    ],
  ])("%s", async (_, intervene) => {
    const server = await gitlab();
    server.intervene = intervene;
    await send(server, subjectOf([0, 1, 2]));
    expect(numbers(server).sort()).toEqual([0, 1, 2]);
    expect(server.summaries).toHaveLength(1);
  });

  it("a discussion that is refused stands in the summary, the others are opened", async () => {
    const server = await gitlab();
    server.intervene = ({ body }) =>
      JSON.stringify(body ?? "").includes("number 1.") ? { status: 400, body: { message: "400 Bad request" } } : null;
    const done = await send(server, subjectOf([0, 1, 2]));
    expect(numbers(server).sort()).toEqual([0, 2]);
    expect(done.refused.size).toBe(1);
    expect(server.summaries[0]?.body).toContain("number 1");
  });

  it("a push between plan and send: what comes after it is left to the next run", async () => {
    const server = await gitlab();
    let opened = 0;
    server.intervene = ({ method, url }) => {
      if (method === "POST" && url.endsWith("/discussions") && ++opened === 2)
        server.push("e".repeat(40), { base: new Map([[PATH, BASE]]), head: new Map([[PATH, HEAD]]) });
      return null;
    };
    const done = await send(server, subjectOf([0, 1, 2]));
    expect(done.moved).toBe("e".repeat(40));
    expect(server.summaries).toEqual([]);
    server.intervene = () => null;
    await send(server, subjectOf([0, 1, 2], ALL, "e".repeat(40)));
    expect(numbers(server).sort()).toEqual([0, 1, 2]);
  });

  it.each<[string, Fault, RegExp]>([
    ["a wrong token", { status: 401, body: { message: "401 Unauthorized" } }, /^GitLab answers 401: .*GITLAB_TOKEN is not valid$/],
    ["one that may not write", { status: 403, body: { message: "403 Forbidden" } }, /^GitLab answers 403: .*scope api/],
    ["one that may not see it", { status: 404, body: { message: "404 Project Not Found" } }, /^GitLab answers 404: /],
  ])("%s is told with the way out", async (_, fault, message) => {
    const server = await gitlab();
    server.intervene = () => fault;
    await expect(send(server, subjectOf([0]))).rejects.toThrow(message);
  });
});

describe("a dry run", () => {
  it("shows exactly what would be sent, and sends nothing", async () => {
    const server = await gitlab();
    await send(server, subjectOf([0]));
    const before = server.writes().length;
    const shown: unknown[] = [];
    const console: Console = { say: () => {}, show: (method, url, body) => shown.push({ method, url: new URL(url).pathname, body }) };
    await send(server, subjectOf([1, 2, 3]), { dryRun: true, console });
    expect(server.writes()).toHaveLength(before);
    await send(server, subjectOf([1, 2, 3]));
    expect(shown).toEqual(
      server
        .writes()
        .slice(before)
        .map(({ method, url, body }) => ({ method, url, body })),
    );
    expect(shown).toHaveLength(5);
  });
});
