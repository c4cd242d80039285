/** A further thread of a check: takes directories as the main thread does, and sends what it found. */
import { once } from "node:events";
import { type MessagePort, parentPort } from "node:worker_threads";
import { rules } from "../transforms/index.ts";
import { type Checked, Checker } from "./check.ts";
import { settingsFor } from "./configured.ts";
import { type WorkerInput, type WorkerOutput, work } from "./parallel.ts";

/** Results are sent together: most directories have little to say. None waits for longer than this many milliseconds. */
const BATCH = 32;
const LONGEST = 100;

const port = parentPort as MessagePort;
const [input] = (await once(port, "message")) as [WorkerInput];
const { options, groups } = input;
const checker = new Checker({
  cwd: options.cwd,
  settings: await settingsFor(
    { ...options, rules },
    groups.map(([dir]) => dir),
  ),
  ...(options.go === undefined ? {} : { go: options.go }),
  includeGenerated: options.includeGenerated ?? false,
  wholeSyntax: input.wholeSyntax,
  overlay: new Map(),
  alone: false,
  trace: options.trace ?? false,
});

let batch: [number, Checked][] = [];
let sent = performance.now();
const send = (output: WorkerOutput): void => port.postMessage(output);
await work(checker, input, (index, checked) => {
  batch.push([index, checked]);
  if (batch.length < BATCH && performance.now() - sent < LONGEST) return;
  send({ results: batch });
  batch = [];
  sent = performance.now();
});
send({ results: batch });
send({ phases: checker.phases, ruleTimes: checker.ruleTimes });
