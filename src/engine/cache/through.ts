/** A check of many directories that asks the cache first and tells it what was found. */
import { formatVersion } from "../../go/version.ts";
import type { Checked, Checker } from "../check.ts";
import { displayPath, type Target } from "../discover.ts";
import { type CacheOptions, type Place, ResultCache } from "./cache.ts";

type Groups = ReadonlyMap<string, readonly Target[]>;

/** Results by directory as reports name it, in the order of `groups`; `check` does those that the cache does not know. */
export async function throughCache(
  options: Omit<CacheOptions, "cwd">,
  checker: Checker,
  groups: Groups,
  onKnown: (dir: string, checked: Checked) => void,
  check: (missing: Groups) => Promise<Map<string, Checked>>,
): Promise<Map<string, Checked>> {
  const { cwd } = checker.options;
  const cache = new ResultCache({ ...options, cwd }, checker.modules);
  const places = new Map<string, Place>();
  const cached = new Map<string, Checked>();
  const missing = new Map<string, readonly Target[]>();
  for (const [dir, targets] of groups) {
    const place = { dir, targets, key: placeKey(checker, dir), handing: checker.handingOf(dir) };
    const shown = displayPath(cwd, dir);
    const known = cache.lookup(place);
    if (known) {
      cached.set(shown, known);
      checker.cached.push(shown);
      onKnown(shown, known);
      continue;
    }
    missing.set(dir, targets);
    places.set(shown, place);
  }
  const fresh = missing.size > 0 ? await check(missing) : new Map<string, Checked>();
  for (const [shown, place] of places) {
    const checked = fresh.get(shown);
    if (checked?.trace) cache.keep(place, checked, checked.trace);
  }
  cache.flush();
  const state = new Map<string, Checked>();
  for (const dir of groups.keys()) {
    const shown = displayPath(cwd, dir);
    const { trace: _, ...checked } = (cached.get(shown) ?? fresh.get(shown)) as Checked;
    state.set(shown, checked);
  }
  return state;
}

/** All that holds for a directory and is not written in its files. */
function placeKey({ options, modules }: Checker, dir: string): string {
  const settings = options.settings(dir);
  return JSON.stringify([
    settings.key,
    displayPath(options.cwd, settings.root || options.cwd),
    formatVersion(modules.version(dir, settings.go)),
    modules.importPath(dir, ""),
    options.includeGenerated,
    options.wholeSyntax,
  ]);
}
