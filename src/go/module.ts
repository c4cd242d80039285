/** Language versions, go.mod, go.work, build constraints. */

/** A Go language version: 1.22 is `{ major: 1, minor: 22 }`. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}
