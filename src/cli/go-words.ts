/** What the go command says, as faults. */
import { resolve } from "node:path";
import type { GoFault } from "../engine/toolchain.ts";

const PLACE = /^(?:vet: )?(\S.*?\.(?:go|s|c|h|mod|work)):(\d+)(?::\d+)?: (.*)$/;
const FAILED_TEST = /^\s*--- FAIL: (\S+)/;
/** Headers, results of vet's analyzers, packages that are well. */
const NOISE = /^\s*$|^# |^[{}]|^\s+["\]}]|^ok\s|^\?\s|^PASS$|^FAIL$|^FAIL\s.*\[(build|setup) failed\]$|^exit status \d+$/;

/**
 * Faults in the output of a go command that failed in `dir`. `originals` gives the file that a scratch file stands for. Never empty: a
 * command that failed and says nothing that can be read has failed all the same.
 */
export function faultsIn(output: string, dir: string, originals: ReadonlyMap<string, string>): GoFault[] {
  const lines = output.split("\n");
  for (const faults of [failedTests(lines), placed(lines, dir, originals), unplaced(lines)]) if (faults.length > 0) return faults;
  return [{ words: "the go command failed and did not say why", message: "", file: null, line: 0 }];
}

/** Tests by name: what they print may differ from run to run. */
function failedTests(lines: readonly string[]): GoFault[] {
  return lines.flatMap((line, i) => {
    const name = FAILED_TEST.exec(line)?.[1];
    if (name === undefined) return [];
    const said = lines[i + 1]?.trim() ?? "";
    const words = said === "" || /^(--- |FAIL|ok\s)/.test(said) ? name : `${name}: ${said}`;
    return [{ words, message: name, file: null, line: 0 }];
  });
}

function placed(lines: readonly string[], dir: string, originals: ReadonlyMap<string, string>): GoFault[] {
  return lines.flatMap((line) => {
    const place = PLACE.exec(line);
    if (!place) return [];
    const [, path = "", at = "0", message = ""] = place;
    const absolute = resolve(dir, path);
    const file = originals.get(absolute) ?? absolute;
    const shown = file.startsWith(`${dir}/`) ? file.slice(dir.length + 1) : file;
    return [{ words: `${shown}:${at}: ${message}`, message: `${shown}: ${message}`, file, line: Number(at) }];
  });
}

function unplaced(lines: readonly string[]): GoFault[] {
  return lines
    .filter((line) => !NOISE.test(line))
    .map((line) => {
      const words = line.trim().replace(/\s+\d+\.\d+s$/, "");
      return { words, message: words, file: null, line: 0 };
    });
}
