/** The program. Colour is settled before anything else is loaded; each command loads what it needs. */

import { settleV8 } from "../engine/v8.ts";
import { settleColor } from "./color.ts";
import { keepCompiled } from "./compiled.ts";
import { warmUp } from "./warm.ts";

settleColor(process.argv.slice(2));
settleV8();
keepCompiled(process.argv.slice(2));
// A reader that goes away (`| head`) is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
warmUp(process.argv.slice(2));
const { main } = await import("./program.ts");
process.exitCode = await main(process.argv.slice(2));
