import { type Format, formats, reporters as loaders, type Reporter } from "../../src/report/index.ts";

/** Every reporter, loaded. */
export const reporters = Object.fromEntries(await Promise.all(formats.map(async (name) => [name, await loaders[name]()]))) as Record<
  Format,
  Reporter
>;
