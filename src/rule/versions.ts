/** Language versions, as a rule asks for them. */
import type { PackageModel } from "../model/model.ts";

/** True when the package's language version, by the main module's `go` line, is `version` ("1.23") or a later one. */
export function since(pkg: PackageModel, version: string): boolean {
  const [major = 1, minor = 0] = version.split(".").map(Number);
  return pkg.version.major > major || (pkg.version.major === major && pkg.version.minor >= minor);
}
