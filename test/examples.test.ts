/** The worked examples, by the function that users test theirs with. */
import * as ioutilToOs from "../examples/ioutil-to-os.ts";
import * as regionNotEnded from "../examples/region-not-ended.ts";
import * as slogWithContext from "../examples/slog-with-context.ts";
import { defineTest } from "../src/vitest.ts";

const fixtures = new URL("../examples/fixtures", import.meta.url);

defineTest("ioutil-to-os", ioutilToOs, { fixtures });
defineTest("slog-with-context", slogWithContext, { fixtures });
defineTest("region-not-ended", regionNotEnded, { fixtures });
