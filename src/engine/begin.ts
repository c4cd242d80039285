/** The beginning of a run, for which the rules need not be loaded yet: the walk over the tree, and threads for what it finds. */
import { type Discovered, type DiscoverOptions, discover } from "./discover.ts";
import { Threads } from "./threads.ts";

export interface Begun {
  /** When it began, and how long the walk took; milliseconds, as `performance.now()` has them. */
  readonly started: number;
  readonly walk: number;
  readonly found: Discovered;
  /** To be closed by whoever began. */
  readonly threads: Threads;
}

/** For a run with gomend's own rules over all that is found. */
export function begin(options: Omit<DiscoverOptions, "onFound"> & { readonly jobs?: number }): Begun {
  const started = performance.now();
  const { jobs } = options;
  const threads = new Threads({ possible: true, early: true, ...(jobs === undefined ? {} : { jobs }) });
  const found = discover({ ...options, onFound: (files) => threads.expect(files) });
  return { started, walk: performance.now() - started, found, threads };
}
