/**
 * A server that speaks for GitHub about one pull request. It holds every request against GitHub's description and enforces the rules of hunks itself;
 * faults are put in by the test. What it finds wrong with a request, or with its own answers, is in `faults`, which a test expects to be empty.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { GithubFile } from "../../src/forge/github.ts";
import { type Hunk, hunks, patchOf } from "../../src/text/diff.ts";
import { parseHunks } from "../../src/text/patch.ts";
import { answerOf, type Found, faultsOfAnswer, faultsOfRequest, operationOf } from "./openapi.ts";

export interface Comment {
  readonly id: number;
  body: string;
  path: string;
  line: number | null;
  start_line: number | null;
  readonly in_reply_to_id?: number;
  readonly user: { readonly login: string; readonly type: string };
}

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
  readonly headers: IncomingMessage["headers"];
  readonly at: number;
  status: number;
}

/** What goes wrong with a request: an answer in place of the server's; `after` lets the work be done first. */
export interface Fault {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  readonly after?: boolean;
  /** The connection breaks in place of an answer. */
  readonly hangUp?: boolean;
}

interface Texts {
  readonly base: ReadonlyMap<string, string>;
  readonly head: ReadonlyMap<string, string>;
}

const BOT = { login: "github-actions[bot]", type: "Bot" };

export class FakeGithub {
  readonly received: Received[] = [];
  readonly faults: string[] = [];
  readonly comments: Comment[] = [];
  readonly notes: { id: number; body: string; user: { login: string; type: string } }[] = [];
  /** Asked for each request, by the description's name of its operation. */
  intervene: (operation: string, request: Received) => Fault | null = () => null;
  /** null: the token of a workflow, which may not ask who it is. */
  me: { login: string; type: string } | null = null;
  token = "ghs_secretsecretsecret";
  head: string;
  /** Parents of commits that are no head of the pull request. */
  readonly parents = new Map<string, string[]>();
  private texts: Texts;
  private files: GithubFile[] = [];
  private next = 1_000;
  private readonly server: Server;

  constructor(head: string, texts: Texts) {
    this.head = head;
    this.texts = texts;
    this.files = filesOf(texts);
    this.server = createServer((request, response) => {
      this.handle(request, response).catch((error) => {
        this.faults.push(`the server failed: ${(error as Error).stack}`);
        response.destroy();
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((done) => this.server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  /** A push: comments move with their lines, or are outdated. */
  push(head: string, texts: Texts): void {
    for (const comment of this.comments) {
      const before = this.texts.head.get(comment.path);
      const now = texts.head.get(comment.path);
      const first = comment.start_line ?? comment.line;
      const moved = first === null || comment.line === null ? null : movedRange(before, now, first, comment.line);
      comment.line = moved?.last ?? null;
      comment.start_line = moved && moved.first !== moved.last ? moved.first : null;
    }
    this.head = head;
    this.texts = texts;
    this.files = filesOf(texts);
  }

  /** Somebody's comment. */
  write(comment: Partial<Comment> & { body: string; path: string }): Comment {
    const made = { id: this.next++, line: 1, start_line: null, user: { login: "someone", type: "User" }, ...comment };
    this.comments.push(made);
    return made;
  }

  /** Top comments that our user wrote. */
  get ours(): Comment[] {
    return this.comments.filter((c) => c.user.login === this.user.login && c.in_reply_to_id === undefined);
  }

  writes(): Received[] {
    return this.received.filter((r) => r.method !== "GET");
  }

  private get user(): { login: string; type: string } {
    return this.me ?? BOT;
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
    const found = operationOf(received.method, url.pathname);
    if (!found) {
      this.faults.push(`no such operation: ${received.method} ${url.pathname}`);
      return this.answer(response, received, null, 404, { message: "Not Found" });
    }
    for (const fault of faultsOfRequest(found, url.searchParams, body)) this.faults.push(`${found.id}: ${fault}`);
    const fault = this.intervene(found.id, received);
    if (fault && !fault.after) return this.fail(response, received, fault);
    const { authorization } = request.headers;
    if (authorization !== undefined && authorization !== `token ${this.token}`)
      return this.answer(response, received, found, 401, { message: "Bad credentials" });
    if (authorization === undefined && received.method !== "GET")
      return this.answer(response, received, found, 401, { message: "Requires authentication" });
    const { status, data } = this.perform(found, url, body);
    if (fault) return this.fail(response, received, fault);
    const [page, link] = Array.isArray(data) ? paged(data, url, request.headers.host ?? "") : [data, null];
    if (link) response.setHeader("link", link);
    this.answer(response, received, found, status, page);
  }

  private fail(response: ServerResponse, received: Received, fault: Fault): void {
    if (fault.hangUp) {
      response.destroy();
      return;
    }
    for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value);
    this.answer(response, received, null, fault.status, fault.body ?? { message: "Server Error" });
  }

  private answer(response: ServerResponse, received: Received, found: Found | null, status: number, own: unknown): void {
    received.status = status;
    const error = typeof own === "object" ? { ...own, documentation_url: "https://docs.github.example" } : own;
    const body = status >= 400 ? error : found && status !== 204 ? answerOf(found, status, own) : own;
    if (found) for (const fault of faultsOfAnswer(found, status, body)) this.faults.push(`answer of ${found.id}: ${fault}`);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(status === 204 ? "" : JSON.stringify(body));
  }

  private perform({ id, parameters }: Found, url: URL, body: unknown): { status: number; data: unknown } {
    const comment = this.comments.find((c) => String(c.id) === parameters.comment_id);
    const note = this.notes.find((n) => String(n.id) === parameters.comment_id);
    const said = body as { body: string };
    switch (id) {
      case "users/get-authenticated":
        return this.me ? { status: 200, data: this.me } : { status: 403, data: { message: "Resource not accessible by integration" } };
      case "repos/get-commit": {
        const parents = this.parents.get(parameters.ref ?? "");
        return parents
          ? { status: 200, data: { sha: parameters.ref, parents: parents.map((sha) => ({ sha })) } }
          : { status: 422, data: { message: "No commit found" } };
      }
      case "pulls/list":
        return { status: 200, data: url.searchParams.get("head") === "someone:topic" ? [this.pull()] : [] };
      case "pulls/get":
        return parameters.pull_number === "7" ? { status: 200, data: this.pull() } : { status: 404, data: { message: "Not Found" } };
      case "pulls/list-files":
        return { status: 200, data: this.files };
      case "pulls/list-review-comments":
        return { status: 200, data: this.comments };
      case "issues/list-comments":
        return { status: 200, data: this.notes };
      case "issues/create-comment":
        this.notes.push({ id: this.next++, body: this.checkedBody(said.body), user: this.user });
        return { status: 201, data: this.notes.at(-1) };
      case "issues/update-comment":
        if (!note) return { status: 404, data: { message: "Not Found" } };
        note.body = this.checkedBody(said.body);
        return { status: 200, data: note };
      case "pulls/create-review":
        return this.review(body as Review);
      case "pulls/create-reply-for-review-comment":
        if (!comment) return { status: 404, data: { message: "Not Found" } };
        this.comments.push({ ...comment, id: this.next++, body: this.checkedBody(said.body), in_reply_to_id: comment.id, user: this.user });
        return { status: 201, data: this.comments.at(-1) };
      case "pulls/update-review-comment":
        if (!comment) return { status: 404, data: { message: "Not Found" } };
        comment.body = this.checkedBody(said.body);
        return { status: 200, data: comment };
      case "pulls/delete-review-comment":
        if (!comment) return { status: 404, data: { message: "Not Found" } };
        this.comments.splice(this.comments.indexOf(comment), 1);
        return { status: 204, data: "" };
      default:
        throw new Error(`${id} is not played`);
    }
  }

  private pull(): object {
    return {
      number: 7,
      head: { sha: this.head },
      base: { sha: "b".repeat(40), repo: { html_url: "https://github.example/o/r" } },
    };
  }

  private checkedBody(body: string): string {
    if (body === "" || body.length > 65_536) this.faults.push(`a body of ${body.length} characters`);
    return body;
  }

  /** All comments of a review or none, as GitHub does. */
  private review(review: Review): { status: number; data: unknown } {
    const errors = review.commit_id === this.head ? [] : ["commit_id is not part of the pull request"];
    if (review.comments.length > 30) this.faults.push(`a review of ${review.comments.length} comments`);
    if (review.event !== "COMMENT" || review.body === "") this.faults.push("a review that is not only a comment");
    for (const comment of review.comments) errors.push(...this.anchorErrors(comment));
    if (errors.length > 0) return { status: 422, data: { message: "Unprocessable Entity", errors } };
    for (const { path, line, start_line, body } of review.comments) {
      this.checkSuggestion(path, start_line ?? line, line, body);
      this.comments.push({ id: this.next++, path, line, start_line: start_line ?? null, body: this.checkedBody(body), user: this.user });
    }
    return { status: 200, data: { commit_id: review.commit_id, user: this.user } };
  }

  private anchorErrors({ path, line, side, start_line, start_side }: Review["comments"][number]): string[] {
    const file = this.files.find((f) => f.filename === path);
    if (!file?.patch) return ["path is invalid"];
    const hunkOf = (n: number): number => parseHunks(file.patch ?? "").findIndex((h) => n >= h.newStart && n < h.newStart + h.newLines);
    if (side !== "RIGHT" || (start_line === undefined) !== (start_side === undefined)) return ["side is invalid"];
    if (hunkOf(line) < 0) return ["line must be part of the diff"];
    if (start_line === undefined) return [];
    if (start_line >= line) return ["start_line must precede the end line"];
    return hunkOf(start_line) === hunkOf(line) ? [] : ["start_line must be part of the same hunk as the line"];
  }

  /** What GitHub takes as a comment, but nobody could commit. */
  private checkSuggestion(path: string, first: number, last: number, body: string): void {
    const lines = suggestionIn(body);
    if (!lines) return;
    const text = (this.texts.head.get(path) ?? "").split("\n").map((line) => line.replace(/\r$/, ""));
    if (lines.length === 0) this.faults.push(`${path}:${last}: an empty suggestion`);
    if (lines.join("\n") === text.slice(first - 1, last).join("\n")) this.faults.push(`${path}:${last}: a suggestion of what is there`);
    const patch = this.files.find((f) => f.filename === path)?.patch ?? "";
    if (overRemoved(parseHunks(patch), first, last)) this.faults.push(`${path}:${last}: a suggestion over removed lines`);
  }
}

interface Review {
  readonly commit_id: string;
  readonly event: string;
  readonly body: string;
  readonly comments: readonly { path: string; line: number; side: string; start_line?: number; start_side?: string; body: string }[];
}

/** The lines of a comment's suggestion as GitHub reads it; null when there is none. */
export function suggestionIn(body: string): string[] | null {
  const found = /^(`{3,})suggestion\n([\s\S]*?)^\1`*$/m.exec(body);
  return found ? (found[2] as string).split("\n").slice(0, -1) : null;
}

function overRemoved(all: readonly Hunk[], first: number, last: number): boolean {
  for (const hunk of all) {
    let line = hunk.newStart;
    for (const { kind } of hunk.lines) {
      if (kind === "removed" && line > first && line <= last) return true;
      if (kind !== "removed") line++;
    }
  }
  return false;
}

/** Where a range of lines stands after a change; null when it is not there as it was. */
function movedRange(
  before: string | undefined,
  now: string | undefined,
  first: number,
  last: number,
): { first: number; last: number } | null {
  if (before === undefined || now === undefined) return null;
  let shift = 0;
  for (const h of hunks(before, now, 0)) {
    if (h.oldStart > last) break;
    if (h.oldStart + h.oldLines > first) return null;
    shift = h.newStart + h.newLines - h.oldStart - h.oldLines;
  }
  return { first: first + shift, last: last + shift };
}

function filesOf({ base, head }: Texts): GithubFile[] {
  return [...new Set([...base.keys(), ...head.keys()])].sort().flatMap((path): GithubFile[] => {
    const [before, after] = [base.get(path), head.get(path)];
    if (before === after) return [];
    const status = before === undefined ? "added" : after === undefined ? "removed" : "modified";
    const patch = patchOf("x", hunks(before ?? "", after ?? ""))
      .replace(/^[\s\S]*?(?=^@@ )/m, "")
      .replace(/\n$/, "");
    return [{ filename: path, status, patch }];
  });
}

function paged(all: readonly unknown[], url: URL, host: string): [unknown[], string | null] {
  const size = Math.min(100, Number(url.searchParams.get("per_page") ?? 30));
  const page = Number(url.searchParams.get("page") ?? 1);
  const rest = all.length > page * size;
  const next = new URL(url);
  next.searchParams.set("page", String(page + 1));
  return [all.slice((page - 1) * size, page * size), rest ? `<http://${host}${next.pathname}${next.search}>; rel="next"` : null];
}
