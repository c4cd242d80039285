// `npm run demo`: what gomend says of the bundled samples, and the patch of its safe fixes. Writes nothing.
import { spawnSync } from "node:child_process";

const commands = [
  ["check", "samples/courier"],
  ["fix", "--diff", "samples/courier"],
];

for (const args of commands) {
  console.log(`\n$ gomend ${args.join(" ")}\n`);
  const { status, error } = spawnSync(process.execPath, ["dist/cli.js", ...args], { stdio: "inherit" });
  // Findings are what a demonstration is for: 1 is well, 2 is not, and 0 would mean that nothing was shown.
  if (error || status !== 1) {
    console.error(`gomend ${args.join(" ")} ended with ${error?.message ?? status}`);
    process.exit(1);
  }
}
console.log("\nNothing was written. Try it on your own code: node dist/cli.js check path/to/module");
