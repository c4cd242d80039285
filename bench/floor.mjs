// The least that any tool has to do which looks for these literals: read every Go file of a tree and search it.
// usage: node floor.mjs <tree> <literals.json>
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [tree, list] = process.argv.slice(2);
const literals = JSON.parse(readFileSync(list, "utf8")).map((l) => Buffer.from(l));
let files = 0;
let bytes = 0;
let hits = 0;
const queue = [tree];
for (let dir = queue.pop(); dir !== undefined; dir = queue.pop()) {
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) {
      if (!/^([._].*|vendor|testdata|node_modules)$/.test(entry.name)) queue.push(path);
    } else if (entry.name.endsWith(".go")) {
      const data = readFileSync(path);
      files++;
      bytes += data.length;
      if (literals.some((l) => data.includes(l))) hits++;
    }
  }
}
console.log(JSON.stringify({ files, bytes, hits }));
