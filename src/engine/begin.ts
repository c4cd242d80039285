/** The beginning of a run, for which the rules need not be loaded yet: the walk over the tree, and threads for what it finds. */
import { type Discovered, type DiscoverOptions, discover } from "./discover.ts";
import { Threads, type ThreadsOptions } from "./threads.ts";

export interface Begun {
  /** When it began, and how long the walk took; milliseconds, as `performance.now()` has them. */
  readonly started: number;
  readonly walk: number;
  readonly found: Discovered;
  /** To be closed by whoever began. */
  readonly threads: Threads;
}

/** Throws, and leaves no thread behind, where the walk does. */
export function begin(options: Omit<DiscoverOptions, "onFound">, wanted: ThreadsOptions): Begun {
  const started = performance.now();
  const threads = new Threads(wanted);
  try {
    const found = discover({ ...options, onFound: (files) => threads.expect(files) });
    return { started, walk: performance.now() - started, found, threads };
  } catch (error) {
    threads.close();
    throw error;
  }
}
