/** How much garbage a run may pile up. */
import { setFlagsFromString } from "node:v8";

/**
 * Lets the heap grow by little before it is collected: packages are let go one after the other, and on a large tree V8 would pile up
 * a gigabyte of them first. Costs a few per cent of time. For every thread of the process.
 */
export function settleMemory(): void {
  setFlagsFromString("--heap-growing-percent=60");
}
