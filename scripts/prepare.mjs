/**
 * Builds where gomend is installed from git, as pre-commit does. `npm install --global git+...` runs this in a clone without the packages that the
 * build needs, because it takes the clone for a global package: they are installed here first.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** The environment without what the outer npm was told. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));

function npm(...args) {
  const { status } = spawnSync("npm", args, { env, stdio: "inherit", shell: process.platform === "win32" });
  if (status !== 0) process.exit(status ?? 1);
}

// Scripts stay off: this is one.
if (!existsSync("node_modules/tsx")) npm("ci", "--ignore-scripts", "--no-audit", "--no-fund");
npm("run", "build");
