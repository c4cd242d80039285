/** An argument added with a type check: log lines get the context that is at hand, and only where `ctx` is one. */
import type { Transform } from "gomend";

export const title = "log line without the context that is at hand";
export const triggers = ["slog."];

const levels = ["Debug", "Info", "Warn", "Error"];

const transform: Transform = (file, api) => {
  for (const level of levels) {
    const calls = api.go(file).calls(`log/slog.${level}`);
    api.fix(
      calls.filter((call) => call.typeOfName("ctx") === "context.Context"),
      {
        title: `Call slog.${level}Context`,
        message: "the context at hand is not logged",
        because: "a handler may read values of the context",
      },
      (call) => call.replaceWith(`slog.${level}Context(ctx, $$$args)`),
    );
  }
};

export default transform;
