/** Writes src/report/page/assets.ts: script and style of the HTML page, bundled and made small, as texts. */
import { build } from "esbuild";
import { emit } from "./emit.ts";

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: ["chrome123", "firefox120", "safari17.5"],
    legalComments: "none",
    charset: "ascii",
  });
  return (outputFiles[0]?.text ?? "").trim();
}

const script = await bundled("src/report/page/client.ts");
const style = await bundled("src/report/page/page.css");
emit(
  "src/report/page/assets.ts",
  `/** Script and style of the page. */
export const script = ${JSON.stringify(script)};

export const style = ${JSON.stringify(style)};
`,
);
