/**
 * Acquire and release: which acquisitions reach an end of their function, or the next turn of their loop, without a release. A rule
 * gives the row; `obligation/acquire.ts` finds who holds it, `hold.ts` what happens to it, `leak.ts`
 * whether it leaks, and `mend.ts` writes the fixes.
 */
export { type Acquisition, acquisitions, handedOutBy, inSelectCase, waysOf } from "./obligation/acquire.ts";
export { type Effect, type Events, effectOnParam, eventsOf, fateOf, type Ways } from "./obligation/hold.ts";
export { countedExits, type Leak, leakOf, leaks } from "./obligation/leak.ts";
export * from "./obligation/mend.ts";
export { type Acquire, type Given, type HolderType, type Resource, releaseText, subjectOf, type Words } from "./obligation/row.ts";
export { messageOf, witnessOf } from "./obligation/say.ts";
