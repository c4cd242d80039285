/** What V8 is told for a run: how much garbage may pile up, and when code is worth compiling. */
import { setFlagsFromString } from "node:v8";

/**
 * For every thread of the process. Lets the heap grow by little before it is collected: packages are let go one after the other, and on a large tree V8 would pile up
 * a gigabyte of them first (a few per cent of time). Lets code run for longer before it is compiled anew: a run is over in seconds, and
 * each thread compiled for three of them what it then had little use for (a fifth of a run's processor time).
 */
export function settleV8(): void {
  setFlagsFromString("--heap-growing-percent=25");
  // Node 20's. Later ones have a compiler between that needs no such help, and do not know the flag.
  if (process.versions.v8.startsWith("11.3.")) setFlagsFromString("--interrupt-budget=1000000");
}
