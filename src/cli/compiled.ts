/** The program's compiled code, kept from run to run where Node can (22.1 and later). */
import module from "node:module";
import { join } from "node:path";
import { cacheDirectory, prepare } from "./own-directory.ts";

/** https://nodejs.org/api/module.html#moduleenablecompilecachecachedir */
type Enable = (dir: string) => unknown;

/** For what is loaded from now on. Returns the directory; null where there is no cache, or none that is the user's own. */
export function keepCompiled(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  enable: Enable | undefined = (module as { enableCompileCache?: Enable }).enableCompileCache,
): string | null {
  if (!enable || args.includes("--no-cache") || (env.GOMEND_NO_CACHE ?? "") !== "") return null;
  const dir = join(cacheDirectory(env), "code");
  if (prepare(cacheDirectory(env)) !== null || prepare(dir) !== null) return null;
  enable(dir);
  return dir;
}
