/** What verification asks of a Go toolchain. The engine runs no program: src/cli does. */
import type { BuildTarget, Host } from "../go/build-target.ts";

/** Packages of one module, built for one target. */
export interface GoJob {
  /** Where the go command runs: the module's directory; where there is no module, that of the only package. Absolute, without links. */
  readonly dir: string;
  /** Whether `dir` is a module. */
  readonly module: boolean;
  readonly packages: readonly GoPackage[];
  readonly target: BuildTarget;
  /** Run the tests, instead of building alone. */
  readonly test: boolean;
}

export interface GoPackage {
  /** Absolute, without links. */
  readonly dir: string;
  /** A program: its types are checked, it is not linked. */
  readonly program: boolean;
}

/** One thing that the toolchain has to say. */
export interface GoFault {
  /** The toolchain's words; places are those of the original tree, as seen from the job's directory. */
  readonly words: string;
  /** The words without the line: the same before and after an edit above. */
  readonly message: string;
  /** Absolute; null where the words name no file. */
  readonly file: string | null;
  /** From 1; 0 where there is none. */
  readonly line: number;
}

export interface Toolchain {
  readonly host: Host;
  /**
   * Builds or tests, with texts in place of what is on disk, by absolute path. Gives what is wrong, nothing when all is well; of several packages
   * some may go unmentioned once one has a fault. Throws when the toolchain itself cannot run.
   */
  check(job: GoJob, overlay: ReadonlyMap<string, string>): Promise<readonly GoFault[]>;
  /** Packages of the job's module that import one of its packages, through others too, as they stand on disk. None where there is no module. */
  importers(job: GoJob): Promise<readonly GoPackage[]>;
}
