/** The cancel functions of contexts, as a row of the obligation engine. */
import type { Acquire, Resource } from "../obligation.ts";

/** `cancel(nil)` leaves the cause to the context: context.Canceled. */
const CAUSE = { text: "{}(nil)", type: { path: "context", name: "CancelCauseFunc" } };

const made = (symbol: string, more: Partial<Acquire> = {}): Acquire => ({ symbol, result: 1, ...more });

export const CANCEL: Resource = {
  id: "lost-cancel",
  acquire: [
    made("context.WithCancel"),
    made("context.WithTimeout"),
    made("context.WithDeadline"),
    made("context.WithCancelCause", CAUSE),
    made("context.WithTimeoutCause"),
    made("context.WithDeadlineCause"),
    made("os/signal.NotifyContext"),
  ],
  release: ["()"],
  harmlessTwice: true,
  inMain: false,
  text: "{}()",
  name: "cancel",
  type: { path: "context", name: "CancelFunc" },
  words: { verb: "Call", done: "called", doing: "calling", dropped: "the cancel function is dropped" },
};
