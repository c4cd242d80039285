/** Progress on stderr, on a terminal only: files, findings, time left. */
import type { Progress } from "../engine/run.ts";
import { sanitizeLine } from "../text/sanitize.ts";

const EVERY = 100;
/** Short runs show nothing. */
const AFTER = 300;

export interface ProgressLine {
  update(progress: Progress): void;
  /** What is going on, where it can't be counted. */
  say(doing: string): void;
  /** Takes the line away. */
  clear(): void;
}

export function progressLine(stream: NodeJS.WriteStream): ProgressLine {
  if (!stream.isTTY || process.env.TERM === "dumb" || process.env.CI) return { update: () => {}, say: () => {}, clear: () => {} };
  const started = performance.now();
  let last = started + AFTER - EVERY;
  let shown = false;
  const show = (text: string): void => {
    stream.write(`\r\x1b[K${text.slice(0, Math.max(0, (stream.columns ?? 80) - 1))}`);
    shown = true;
  };
  return {
    update({ done, total, findings }) {
      const now = performance.now();
      if (now - last < EVERY) return;
      last = now;
      const left = done > 0 ? Math.ceil((((now - started) / done) * (total - done)) / 1000) : 0;
      show(`${done}/${total} files, ${findings} ${findings === 1 ? "finding" : "findings"}, ${left} s left`);
    },
    say: (doing) => show(sanitizeLine(doing)),
    clear() {
      if (shown) stream.write("\r\x1b[K");
      shown = false;
    },
  };
}
