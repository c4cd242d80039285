/** Contexts that a function is given and that can never end, by all who call it. */
import { unparen } from "../go/node.ts";
import type { Binding, PackageModel } from "../model/model.ts";
import { givenFor } from "./callers.ts";
import { type ContextInScope, isEndless } from "./cancellation.ts";

/** How many callers up a parameter is followed. */
const MAX_DEPTH = 3;

/** The context is a parameter of a function that only this package calls, and each call hands it a context that can never end. */
export function isGivenEndless(pkg: PackageModel, context: ContextInScope): boolean {
  return context.via === "variable" && isEndlessParam(pkg, context.binding, 0);
}

function isEndlessParam(pkg: PackageModel, binding: Binding, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  const given = givenFor(pkg, binding);
  return (
    given?.every((value) => {
      const e = unparen(value);
      const up = e.kind === "identifier" ? pkg.binding(e) : null;
      return isEndless(pkg, e) || (up?.kind === "param" && isEndlessParam(pkg, up, depth + 1));
    }) ?? false
  );
}
