/** The Go toolchain that proofs run: required in CI, else its absence is told loudly. */
import { execFileSync } from "node:child_process";

/** Version that `go version` tells ("go1.26.1"), or null where there is no Go. Throws in CI where there is none. */
export function goVersion(): string | null {
  try {
    return /go\d\S*/.exec(execFileSync("go", ["version"], { encoding: "utf8" }))?.[0] ?? null;
  } catch {
    if (process.env.CI) throw new Error("Go is not installed: in CI the proofs that need it must run");
    process.stderr.write("\n!!! Go is not installed: nothing proves here that the rewrites compile !!!\n\n");
    return null;
  }
}

/** The environment in which proofs run Go: this toolchain, no workspace, nothing from the network. */
export function goEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, GOFLAGS: "-mod=mod", GOPROXY: "off", GOTOOLCHAIN: "local", GOWORK: "off" };
}
