import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progressLine } from "../../src/cli/progress.ts";

/** What a terminal of 40 columns was sent. */
function terminal(isTTY: boolean): { stream: NodeJS.WriteStream; sent: string[] } {
  const sent: string[] = [];
  const stream = { isTTY, columns: 40, write: (text: string) => sent.push(text) };
  return { stream: stream as unknown as NodeJS.WriteStream, sent };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubEnv("CI", "");
  vi.stubEnv("TERM", "xterm");
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

describe("progressLine", () => {
  it("shows files, findings and the time left on a terminal, ten times a second at most, and takes it away", () => {
    const { stream, sent } = terminal(true);
    const line = progressLine(stream);
    line.update({ done: 1, total: 100, findings: 0 });
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1_000);
    line.update({ done: 10, total: 100, findings: 1 });
    line.update({ done: 11, total: 100, findings: 1 });
    vi.advanceTimersByTime(1_000);
    line.update({ done: 50, total: 100, findings: 2 });
    line.clear();
    line.clear();
    expect(sent).toEqual(["\r\u001b[K10/100 files, 1 finding, 9 s left", "\r\u001b[K50/100 files, 2 findings, 2 s left", "\r\u001b[K"]);
  });

  it("fits the terminal's width", () => {
    const { stream, sent } = terminal(true);
    const line = progressLine(stream);
    vi.advanceTimersByTime(1_000);
    line.update({ done: 1_000_000, total: 10_000_000, findings: 1_000_000 });
    expect(sent[0]?.length).toBe("\r\u001b[K".length + 39);
  });

  it.each<[string, boolean, Record<string, string>]>([
    ["no terminal", false, {}],
    ["a dumb terminal", true, { TERM: "dumb" }],
    ["CI", true, { CI: "true" }],
  ])("shows nothing on %s", (_, isTTY, env) => {
    for (const [key, value] of Object.entries(env)) vi.stubEnv(key, value);
    const { stream, sent } = terminal(isTTY);
    const line = progressLine(stream);
    vi.advanceTimersByTime(10_000);
    line.update({ done: 10, total: 100, findings: 1 });
    line.clear();
    expect(sent).toEqual([]);
  });
});
