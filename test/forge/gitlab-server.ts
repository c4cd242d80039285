/** A server that speaks for GitLab about one merge request, and enforces what its documentation says of positions. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Diff } from "../../src/forge/diff.ts";
import { hunks, patchOf } from "../../src/text/diff.ts";
import type { Fault, Received } from "./github-server.ts";

interface Position {
  readonly position_type: string;
  readonly base_sha: string;
  readonly start_sha: string;
  readonly head_sha: string;
  readonly new_path: string;
  readonly old_path: string;
  readonly new_line?: number;
  readonly old_line?: number;
  readonly line_range?: { readonly start: RangeEnd; readonly end: RangeEnd };
}

interface RangeEnd {
  readonly line_code: string;
  readonly type: string;
  readonly new_line?: number;
  readonly old_line?: number;
}

export interface Note {
  readonly id: number;
  body: string;
  readonly system: boolean;
  readonly author: { readonly username: string };
  readonly position?: Position;
}

export interface Discussion {
  readonly id: string;
  resolved: boolean;
  readonly notes: Note[];
}

interface Texts {
  readonly base: ReadonlyMap<string, string>;
  readonly head: ReadonlyMap<string, string>;
}

const MR = "/api/v4/projects/g%2Fp/merge_requests/5";

export class FakeGitlab {
  readonly received: Received[] = [];
  readonly faults: string[] = [];
  readonly discussions: Discussion[] = [];
  intervene: (request: Received) => Fault | null = () => null;
  token = "glpat-secretsecretsecret";
  head: string;
  me = "gomend-bot";
  private texts: Texts;
  private next = 100;
  private readonly server: Server;

  constructor(head: string, texts: Texts) {
    this.head = head;
    this.texts = texts;
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error) => {
        this.faults.push(`the server failed: ${(error as Error).stack}`);
        response.destroy();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/api/v4`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  push(head: string, texts: Texts): void {
    this.head = head;
    this.texts = texts;
  }

  write(discussion: Discussion | null, body: string, username = "someone"): void {
    const note: Note = { id: this.next++, body, system: false, author: { username } };
    if (discussion) discussion.notes.push(note);
    else this.discussions.push({ id: `d${this.next++}`, resolved: false, notes: [note] });
  }

  writes(): Received[] {
    return this.received.filter((r) => r.method !== "GET");
  }

  /** Discussions on lines that our user opened. */
  get ours(): Discussion[] {
    return this.discussions.filter((d) => d.notes[0]?.author.username === this.me && d.notes[0].position);
  }

  get summaries(): Note[] {
    return this.discussions.flatMap((d) => d.notes.filter((n) => !n.position && n.body.includes("gomend summary")));
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString("utf8");
    const url = new URL(request.url ?? "/", "http://x");
    const body = text === "" ? undefined : JSON.parse(text);
    const received: Received = {
      method: request.method ?? "",
      url: url.pathname + url.search,
      body,
      headers: request.headers,
      at: Date.now(),
      status: 0,
    };
    this.received.push(received);
    const answer = (status: number, data: unknown, headers: Readonly<Record<string, string>> = {}): void => {
      received.status = status;
      response.writeHead(status, { "content-type": "application/json", ...headers });
      response.end(JSON.stringify(data));
    };
    const fault = this.intervene(received);
    if (fault && !fault.after) return answer(fault.status, fault.body ?? { message: "failed" }, fault.headers);
    if (request.headers.authorization !== `Bearer ${this.token}` && received.method !== "GET")
      return answer(401, { message: "401 Unauthorized" });
    const { status, data } = this.perform(received.method, url, body);
    if (fault) return answer(fault.status, fault.body ?? {});
    if (!Array.isArray(data)) return answer(status, data);
    const size = Number(url.searchParams.get("per_page") ?? 20);
    const page = Number(url.searchParams.get("page") ?? 1);
    const next = new URL(url);
    next.searchParams.set("page", String(page + 1));
    const link = `<http://${request.headers.host}${next.pathname}${next.search}>; rel="next"`;
    answer(status, data.slice((page - 1) * size, page * size), data.length > page * size ? { link } : {});
  }

  private perform(method: string, url: URL, body: Record<string, unknown>): { status: number; data: unknown } {
    const ok = (data: unknown, status = 200) => ({ status, data });
    if (url.pathname === "/api/v4/user") return ok({ id: 1, username: this.me });
    if (!url.pathname.startsWith(MR)) return ok({ message: "404 Not found" }, 404);
    const path = url.pathname.slice(MR.length);
    const [, kind, id, sub, note] = path.split("/");
    if (method === "GET") {
      if (path === "") return ok({ iid: 5, sha: this.head, web_url: "https://gitlab.example/g/p/-/merge_requests/5" });
      if (path === "/versions") return ok([this.version(), { ...this.version(), head_commit_sha: "0".repeat(40) }]);
      if (path === "/diffs") return ok(this.files());
      if (path === "/discussions") return ok(this.discussions);
    }
    if (method === "POST" && path === "/notes") return ok(this.open(String(body.body)), 201);
    if (method === "PUT" && kind === "notes")
      return this.edit(
        this.discussions.flatMap((d) => d.notes),
        id,
        body,
      );
    if (method === "POST" && path === "/discussions") {
      const errors = this.positionErrors(body.position as Position);
      if (errors.length > 0) return ok({ message: `400 Bad request - Note {:line_code=>[${errors.join(", ")}]}` }, 400);
      return ok(this.open(String(body.body), body.position as Position), 201);
    }
    const discussion = this.discussions.find((d) => d.id === id);
    if (kind !== "discussions" || !discussion) return ok({ message: "404 Not found" }, 404);
    if (method === "POST" && sub === "notes" && !note) {
      this.write(discussion, this.checked(String(body.body)), this.me);
      return ok(discussion.notes.at(-1), 201);
    }
    if (method === "PUT" && sub === "notes") return this.edit(discussion.notes, note, body);
    if (method !== "PUT" || sub) this.faults.push(`what is ${method} ${path}?`);
    discussion.resolved = body.resolved === true;
    return ok(discussion);
  }

  private open(body: string, position?: Position): Discussion {
    const note: Note = {
      id: this.next++,
      body: this.checked(body),
      system: false,
      author: { username: this.me },
      ...(position && { position }),
    };
    const made = { id: `d${this.next++}`, resolved: false, notes: [note] };
    this.discussions.push(made);
    return made;
  }

  private edit(notes: readonly Note[], id: string | undefined, body: Record<string, unknown>): { status: number; data: unknown } {
    const found = notes.find((n) => String(n.id) === id);
    if (!found) return { status: 404, data: { message: "404 Not found" } };
    found.body = this.checked(String(body.body));
    return { status: 200, data: found };
  }

  private checked(body: string): string {
    if (/^\/[a-z]/m.test(body.replace(/^(`{3,})[\s\S]*?^\1`*$/gm, ""))) this.faults.push(`a quick action in ${JSON.stringify(body)}`);
    return body;
  }

  private version(): object {
    return { id: 1, base_commit_sha: "b".repeat(40), start_commit_sha: "a".repeat(40), head_commit_sha: this.head };
  }

  private files(): { old_path: string; new_path: string; diff: string }[] {
    const { base, head } = this.texts;
    return [...new Set([...base.keys(), ...head.keys()])].sort().flatMap((path) => {
      const [before = "", after = ""] = [base.get(path), head.get(path)];
      const diff = patchOf("x", hunks(before, after)).replace(/^[\s\S]*?(?=^@@ )/m, "");
      return before === after ? [] : [{ old_path: path, new_path: path, diff }];
    });
  }

  /** A position must be one of a line of the diff, said as the documentation wants it. */
  private positionErrors(position: Position): string[] {
    const { base, head } = this.texts;
    const { new_path: path, new_line: line = 0 } = position;
    const diff = new Diff([{ path, oldPath: path, hunks: hunks(base.get(path) ?? "", head.get(path) ?? "") }]);
    const errors: string[] = [];
    const expect = (what: string, is: unknown, want: unknown): void => {
      if (is !== want) errors.push(`${what}: ${is} for ${want}`);
    };
    expect("position_type", position.position_type, "text");
    expect("base_sha", position.base_sha, "b".repeat(40));
    expect("start_sha", position.start_sha, "a".repeat(40));
    expect("head_sha", position.head_sha, this.head);
    expect("old_path", position.old_path, path);
    const shown = diff.line(path, line);
    if (!shown) return [...errors, `line ${line} is not in the diff`];
    expect("old_line", position.old_line, shown.old ?? undefined);
    const { line_range: range } = position;
    if (!range) return errors;
    const hash = createHash("sha1").update(path).digest("hex");
    for (const end of [range.start, range.end]) {
      const own = diff.line(path, end.new_line ?? 0);
      expect("line_code", end.line_code, `${hash}_${own?.oldPlace}_${own?.line}`);
      expect("type", end.type, own?.old === null ? "new" : "old");
      expect("range's old_line", end.old_line, own?.old ?? undefined);
    }
    expect("the range's end", range.end.new_line, line);
    if (!diff.range(path, range.start.new_line ?? 0, line)) errors.push("the range is not in one hunk");
    return errors;
  }
}

/** The text with a suggestion of GitLab's applied: A lines above and B below the line of the comment are replaced. */
export function applied(text: string, note: Note): string {
  const found = /^(`{3,})suggestion:-(\d+)\+(\d+)\n([\s\S]*?)^\1`*$/m.exec(note.body);
  const line = note.position?.new_line;
  if (!found || line === undefined) return text;
  const all = text.split("\n");
  const [above, below] = [Number(found[2]), Number(found[3])];
  all.splice(line - 1 - above, above + below + 1, ...(found[4] as string).split("\n").slice(0, -1));
  return all.join("\n");
}
