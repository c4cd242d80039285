/** The sender against a server that holds every request against GitHub's description, enforces the rules of hunks, and fails as GitHub does. */
import { afterEach, describe, expect, it } from "vitest";
import { publishToGithub } from "../../src/cli/publish/github.ts";
import type { Console, Publication } from "../../src/cli/publish/publication.ts";
import { markIn } from "../../src/forge/marker.ts";
import type { Subject } from "../../src/forge/subject.ts";
import type { Finding } from "../../src/rule/rule.ts";
import { FakeGithub, type Fault, type Received } from "./github-server.ts";
import { COMMIT, print, published, reportOf } from "./made.ts";

const running: FakeGithub[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    await server.stop();
    expect(server.faults).toEqual([]);
  }
});

const FILLER = "filler\n".repeat(9);

/** A file with `bad <i>` on every tenth line, which the change brought all. */
function textOf(numbers: readonly number[]): string {
  return numbers.map((i) => `bad ${i}\n${FILLER}`).join("");
}

function findingsIn(path: string, text: string, numbers: readonly number[]): Finding[] {
  return numbers.map((i) => {
    const start = text.indexOf(`bad ${i}\n`);
    const at = { path, start, end: start + `bad ${i}`.length };
    const fix = { title: "Write good", applicability: i % 2 === 0 ? "safe" : "unsafe", edits: [{ at, text: `good ${i}` }] } as const;
    return {
      rule: "lost-cancel",
      at,
      message: `number ${i}`,
      confidence: "proven",
      fixes: [{ ...fix, ...(i % 2 ? { because: "who knows" } : {}) }],
    };
  });
}

/** The report of these findings; each keeps its fingerprint. */
function subjectOf(numbers: readonly number[], text = textOf(numbers), commit = COMMIT): Subject {
  const findings = findingsIn("a.go", text, numbers);
  return { ...published(reportOf(findings, new Map([["a.go", text]]), numbers.map(print))), commit };
}

async function github(
  numbers: readonly number[],
  text = textOf(numbers),
  base = new Map<string, string>(),
): Promise<FakeGithub & { url: string }> {
  const server = new FakeGithub(COMMIT, { base, head: new Map([["a.go", text]]) });
  running.push(server);
  return Object.assign(server, { url: await server.start() });
}

const said: string[] = [];
const quiet: Console = { say: (line) => said.push(line), show: () => {} };
/** As fast as the test can. */
const instant = { key: () => ({ schedule: (_: unknown, work: () => unknown) => work() }) };

interface Way {
  readonly dryRun?: boolean;
  readonly console?: Console;
  readonly pull?: { number: number } | { head: string };
  readonly token?: string | null;
}

function send(server: FakeGithub & { url: string }, subject: Subject, way: Way = {}): Promise<Publication> {
  const { dryRun = false, console = quiet, pull = { number: 7 }, token = server.token } = way;
  return publishToGithub({
    target: { to: "github", api: server.url, owner: "o", repo: "r", pull, commit: subject.commit, token },
    subject,
    reasonOf: () => "It leaks.",
    dryRun,
    console,
    pace: { second: 0.005, throttle: { write: instant, notifications: instant } },
  });
}

/** The findings that have a comment of ours, by number, in order of place. */
function commented(server: FakeGithub): number[] {
  return server.ours.map((comment) => {
    const mark = markIn(comment.body);
    return mark?.kind === "finding" ? Number.parseInt(mark.fingerprint, 16) : -1;
  });
}

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
const reviews = (server: FakeGithub): Received[] => server.received.filter((r) => r.url.endsWith("/reviews"));

describe("a first run", () => {
  it("posts each finding once, in reviews of at most 30, lower lines first, and a summary", async () => {
    const server = await github(upTo(70));
    const done = await send(server, subjectOf(upTo(70)));
    expect(commented(server)).toEqual(upTo(70));
    expect(reviews(server).map((r) => (r.body as { comments: unknown[] }).comments.length)).toEqual([30, 30, 10]);
    expect(server.notes).toHaveLength(1);
    expect(server.notes[0]?.body).toContain(
      "has 70 findings in `c0ffee0000`: 35 with a safe fix, 35 with an unsafe one, 70 as suggestions.",
    );
    expect(done).toMatchObject({ where: "o/r#7", posted: 70, moved: null });
  });

  it("writes nothing where there is nothing to say", async () => {
    const server = await github([1]);
    await send(server, subjectOf([], "x\n"));
    expect(server.writes()).toEqual([]);
  });

  it("keeps what is outside the diff for the summary, with links, the patch and the command", async () => {
    const text = textOf(upTo(3));
    const server = await github(upTo(3), text, new Map([["a.go", text.replace("bad 0\n", "")]]));
    await send(server, subjectOf(upTo(3), text));
    expect(commented(server)).toEqual([0]);
    const body = server.notes[0]?.body ?? "";
    expect(body).toContain(`[\`a.go:11\`](https://github.example/o/r/blob/${COMMIT}/a.go#L11)`);
    expect(body).toContain("2: outside the lines that the diff shows");
    expect(body).toContain("gomend fix --unsafe-fixes --select lost-cancel a.go");
    expect(body).toContain("-bad 1\n+good 1\n");
    expect(body).toContain("-bad 2\n+good 2\n");
    expect(body).not.toContain("-bad 0\n");
  });

  it("finds the pull request of a fork by the branch of the workflow run", async () => {
    const server = await github([1]);
    await send(server, subjectOf([1]), { pull: { head: "someone:topic" } });
    expect(commented(server)).toEqual([1]);
    await expect(send(server, subjectOf([1]), { pull: { head: "someone:other" } })).rejects.toThrow(
      "no open pull request of someone:other",
    );
  });

  it("goes at GitHub's pace: serially, a second apart", async () => {
    const server = await github(upTo(31));
    await publishToGithub({
      target: { to: "github", api: server.url, owner: "o", repo: "r", pull: { number: 7 }, commit: COMMIT, token: server.token },
      subject: subjectOf(upTo(31)),
      reasonOf: () => null,
      dryRun: false,
      console: quiet,
    });
    const times = server.writes().map((r) => r.at);
    expect(times).toHaveLength(3);
    for (const [i, at] of times.slice(1).entries()) expect(at - (times[i] ?? 0)).toBeGreaterThanOrEqual(990);
  });
});

describe("a later run", () => {
  it("writes nothing when nothing changed", async () => {
    const server = await github(upTo(5));
    await send(server, subjectOf(upTo(5)));
    const before = server.writes().length;
    const done = await send(server, subjectOf(upTo(5)));
    expect(server.writes()).toHaveLength(before);
    expect(done).toMatchObject({ posted: 0, summary: false });
  });

  it("knows its comments on a later page among others'", async () => {
    const server = await github(upTo(3));
    for (let i = 0; i < 250; i++) server.write({ path: "a.go", body: `talk ${i}` });
    await send(server, subjectOf(upTo(3)));
    await send(server, subjectOf(upTo(3)));
    expect(commented(server)).toEqual([0, 1, 2]);
    expect(server.received.some((r) => r.url.includes("comments") && r.url.includes("page=3"))).toBe(true);
  });

  it("posts what is new, takes back what is mended, leaves what stays, though lines moved", async () => {
    const server = await github(upTo(3));
    await send(server, subjectOf(upTo(3)));
    const kept = server.ours[1];
    const text = `top\n${textOf([1, 2, 9])}`;
    server.push("d".repeat(40), { base: new Map(), head: new Map([["a.go", text]]) });
    const done = await send(server, subjectOf([1, 2, 9], text, "d".repeat(40)));
    expect(commented(server).sort()).toEqual([1, 2, 9]);
    expect(server.ours).toContain(kept);
    expect(done.plan?.mended).toHaveLength(1);
    expect(server.notes).toHaveLength(1);
    expect(server.notes[0]?.body).toContain("3 findings in `dddddddddd`");
    expect(server.notes[0]?.body).toContain("1 finding of before mended");
  });

  it("answers a mended one where somebody wrote, once; and again when it is back", async () => {
    const server = await github([1, 2]);
    await send(server, subjectOf([1, 2]));
    const top = server.ours[0]!;
    server.write({ path: "a.go", body: "really?", in_reply_to_id: top.id });
    const clean = subjectOf([2], textOf([1, 2]));
    await send(server, clean);
    await send(server, clean);
    const answers = () => server.comments.filter((c) => c.in_reply_to_id === top.id && c.user.type === "Bot").map((c) => c.body);
    expect(answers()).toEqual([expect.stringMatching(new RegExp(`^Fixed in ${COMMIT}\\.\\n`))]);
    await send(server, subjectOf([1, 2]));
    await send(server, subjectOf([1, 2]));
    expect(answers()).toEqual([expect.stringMatching(/^Fixed/), expect.stringMatching(/^There again/)]);
    expect(commented(server)).toEqual([1, 2]);
  });

  it("leaves comments on files that could not be checked", async () => {
    const server = await github([1]);
    await send(server, subjectOf([1]));
    const broken = { ...subjectOf([], "x"), problems: ["a.go:1: does not parse"], unsure: ["a.go"] };
    await send(server, broken);
    expect(commented(server)).toEqual([1]);
    await send(server, { ...broken, unsure: ["other.go"] });
    expect(commented(server)).toEqual([]);
  });

  it("takes no mark of a stranger for its own", async () => {
    const server = await github([1, 2]);
    const fake = (n: number): string => `hello\n\n<!-- gomend finding ${print(n)} -->`;
    server.write({ path: "a.go", body: fake(1) });
    const other = server.write({ path: "a.go", body: fake(99) });
    await send(server, subjectOf([1, 2]));
    expect(commented(server)).toEqual([1, 2]);
    expect(server.comments).toContain(other);
  });

  it("knows itself by name where the token may ask", async () => {
    const server = await github([1]);
    server.me = { login: "me", type: "User" };
    server.write({ path: "a.go", body: `<!-- gomend finding ${print(1)} -->`, user: { login: "dependabot[bot]", type: "Bot" } });
    await send(server, subjectOf([1]));
    await send(server, subjectOf([1]));
    expect(commented(server)).toEqual([1]);
  });

  it("changes a comment whose words changed, without a new one", async () => {
    const server = await github([1]);
    await send(server, subjectOf([1]));
    const subject = subjectOf([1]);
    const [item] = subject.items;
    await send(server, { ...subject, items: [{ ...item!, message: "said better" }] });
    expect(server.ours).toHaveLength(1);
    expect(server.ours[0]?.body).toContain("said better");
    const review = server.received.filter((r) => r.method === "PATCH" && r.url.includes("/pulls/comments/"));
    expect(review).toHaveLength(1);
  });
});

/** Once, for the nth request of an operation. */
function once(operation: string, fault: Fault, nth = 1): FakeGithub["intervene"] {
  let seen = 0;
  return (id) => (id === operation && ++seen === nth ? fault : null);
}

describe("when something fails, no comment is lost or doubled", () => {
  const secondary: Fault = {
    status: 403,
    headers: { "retry-after": "2" },
    body: { message: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again." },
  };
  it.each<[string, string, Fault, number]>([
    ["a 502 after a review went through", "pulls/create-review", { status: 502, after: true }, 1],
    ["a 502 before a review", "pulls/create-review", { status: 502 }, 2],
    ["a connection that breaks after a review", "pulls/create-review", { status: 0, after: true, hangUp: true }, 2],
    ["the secondary limit on a review", "pulls/create-review", secondary, 2],
    ["the secondary limit on the summary", "issues/create-comment", secondary, 1],
    ["a 502 after the summary went through", "issues/create-comment", { status: 502, after: true }, 1],
    ["a 500 while reading", "pulls/list-review-comments", { status: 500 }, 1],
    ["a 502 while reading files", "pulls/list-files", { status: 502 }, 1],
    [
      "the primary limit",
      "pulls/create-review",
      { status: 403, headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1" }, body: { message: "API rate limit exceeded" } },
      1,
    ],
  ])("%s", async (_, operation, fault, nth) => {
    const server = await github(upTo(40));
    server.intervene = once(operation, fault, nth);
    await send(server, subjectOf(upTo(40)));
    expect(commented(server).sort((a, b) => a - b)).toEqual(upTo(40));
    expect(server.notes).toHaveLength(1);
  });

  it("waits as long as retry-after says", async () => {
    const server = await github([1]);
    server.intervene = once("pulls/create-review", { ...secondary, headers: { "retry-after": "100" } });
    said.length = 0;
    await send(server, subjectOf([1]));
    const [first, second] = reviews(server);
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(490);
    expect(said).toEqual(["GitHub asks to wait 100 s (its secondary limit)"]);
  });

  it("after replies and deletions that went through", async () => {
    const server = await github([1, 2, 3]);
    await send(server, subjectOf([1, 2, 3]));
    const top = server.ours[0]!;
    server.write({ path: "a.go", body: "hm", in_reply_to_id: top.id });
    const faults = [
      once("pulls/create-reply-for-review-comment", { status: 502, after: true }),
      once("pulls/delete-review-comment", { status: 502, after: true }),
    ];
    server.intervene = (id, request) => faults[0]!(id, request) ?? faults[1]!(id, request);
    await send(server, subjectOf([3], textOf([1, 2, 3])));
    expect(commented(server)).toEqual([1, 3]);
    expect(server.comments.filter((c) => c.in_reply_to_id === top.id)).toHaveLength(2);
  });

  it.each([[[17]], [[0, 29]], [[5, 6, 31]], [upTo(40)]])("bad comments %j do not sink the rest, and stand in the summary", async (bad) => {
    const server = await github(upTo(40));
    // GitHub refuses a whole review for one comment, and does not say which.
    server.intervene = (id, { body }) => {
      const numbers =
        id === "pulls/create-review"
          ? (body as { comments: { body: string }[] }).comments.map((c) => Number(/number (\d+)/.exec(c.body)?.[1]))
          : [];
      return numbers.some((n) => bad.includes(n))
        ? { status: 422, body: { message: "Unprocessable Entity", errors: ["an internal error"] } }
        : null;
    };
    said.length = 0;
    const done = await send(server, subjectOf(upTo(40)));
    expect(commented(server).sort((a, b) => a - b)).toEqual(upTo(40).filter((n) => !bad.includes(n)));
    expect(done.refused.size).toBe(bad.length);
    expect(said).toHaveLength(bad.length);
    const summary = server.notes[0]?.body ?? "";
    for (const n of bad) expect(summary).toMatch(new RegExp(`number ${n}[^\\d]`));
    expect(summary).toContain(`-bad ${bad[0]}\n`);
  });

  it("a force-push between plan and send: nothing goes to the old commit, the run for the new one does all", async () => {
    const server = await github(upTo(40));
    const text = textOf([1, 2, 50]);
    let reviewed = 0;
    server.intervene = (id) => {
      if (id === "pulls/create-review" && ++reviewed === 2)
        server.push("e".repeat(40), { base: new Map(), head: new Map([["a.go", text]]) });
      return null;
    };
    const done = await send(server, subjectOf(upTo(40)));
    expect(done).toMatchObject({ moved: "e".repeat(40), posted: 30 });
    expect(server.notes).toEqual([]);
    server.intervene = () => null;
    await send(server, subjectOf([1, 2, 50], text, "e".repeat(40)));
    expect(commented(server).sort((a, b) => a - b)).toEqual([1, 2, 50]);
    expect(server.notes).toHaveLength(1);
  });

  it("a head that is another from the start: nothing is written", async () => {
    const server = await github([1]);
    const done = await send(server, subjectOf([1], textOf([1]), "f".repeat(40)));
    expect(done.moved).toBe(COMMIT);
    expect(server.writes()).toEqual([]);
  });

  it("tells of the merge commit that actions/checkout takes", async () => {
    const server = await github([1]);
    server.parents.set("f".repeat(40), ["b".repeat(40), COMMIT]);
    await expect(send(server, subjectOf([1], textOf([1]), "f".repeat(40)))).rejects.toThrow(
      /is GitHub's merge of the pull request.*head\.sha/,
    );
    expect(server.writes()).toEqual([]);
  });

  it("a server that stays down is told in one line", async () => {
    const server = await github([1]);
    server.intervene = (id) => (id === "pulls/create-review" ? { status: 503 } : null);
    await expect(send(server, subjectOf([1]))).rejects.toThrow(/^GitHub does not answer: /);
    expect(reviews(server)).toHaveLength(4);
  });

  it.each<[string, Fault, RegExp]>([
    ["a token that may not write", { status: 403, body: { message: "Resource not accessible by integration" } }, /pull-requests: write$/],
    ["a wrong token", { status: 401, body: { message: "Bad credentials" } }, /GITHUB_TOKEN is not valid$/],
  ])("%s is told with the way out", async (_, fault, message) => {
    const server = await github([1]);
    server.intervene = (id) => (id === "pulls/create-review" ? fault : null);
    await expect(send(server, subjectOf([1]))).rejects.toThrow(message);
  });
});

describe("a dry run", () => {
  it("shows exactly what would be sent, and sends nothing", async () => {
    const server = await github(upTo(33));
    await send(server, subjectOf(upTo(33)));
    const top = server.ours[0]!;
    server.write({ path: "a.go", body: "hm", in_reply_to_id: top.id });
    const text = `${textOf(upTo(33).slice(2))}${textOf([40, 41])}`;
    server.push("d".repeat(40), { base: new Map(), head: new Map([["a.go", text]]) });
    const subject = subjectOf([...upTo(33).slice(2), 40, 41], text, "d".repeat(40));
    const shown: unknown[] = [];
    const before = server.writes().length;
    await send(server, subject, {
      dryRun: true,
      console: { say: () => {}, show: (method, url, body) => shown.push({ method, url, body }) },
    });
    expect(server.writes()).toHaveLength(before);
    await send(server, subject);
    const sent = server.writes().slice(before);
    expect(shown).toEqual(sent.map(({ method, url, body }) => ({ method, url: server.url + url, body: body ?? null })));
    expect(sent.map((r) => r.method)).toEqual(["POST", "POST", "DELETE", "PATCH"]);
  });

  it("needs no token", async () => {
    const server = await github([1]);
    const shown: string[] = [];
    await send(server, subjectOf([1]), { dryRun: true, token: null, console: { say: () => {}, show: (method) => shown.push(method) } });
    expect(shown).toEqual(["POST", "POST"]);
  });
});
