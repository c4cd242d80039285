/** Whether output is coloured, decided once, from the flag and the environment, before any library asks. */

export type ColorChoice = "auto" | "always" | "never";

/** Sets `NO_COLOR` or `FORCE_COLOR` from `--color`, so that every library sees one answer. */
export function settleColor(args: readonly string[]): void {
  const choice = choiceOf(args);
  const { env } = process;
  if (choice === "never") {
    env.NO_COLOR = "1";
    delete env.FORCE_COLOR;
  } else if (choice === "always") {
    env.FORCE_COLOR = env.FORCE_COLOR && env.FORCE_COLOR !== "0" ? env.FORCE_COLOR : "1";
    delete env.NO_COLOR;
  } else if (env.NO_COLOR) delete env.FORCE_COLOR;
}

function choiceOf(args: readonly string[]): string | null {
  for (const [i, arg] of args.entries()) {
    if (arg === "--") return null;
    if (arg === "--color") return args[i + 1] ?? null;
    if (arg.startsWith("--color=")) return arg.slice("--color=".length);
    if (arg === "--no-color") return "never";
  }
  return null;
}

/** After `settleColor`: NO_COLOR (when not empty) says no, FORCE_COLOR (when neither empty nor 0) yes, else a terminal decides. */
export function wantsColor(stream: { readonly isTTY?: boolean }): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  return stream.isTTY === true && TERM !== "dumb";
}
