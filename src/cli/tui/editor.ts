/** A person's editor, opened at a place. */
import { spawnSync } from "node:child_process";
import { basename } from "node:path";

export interface EditorPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The command line of `$VISUAL`, `$EDITOR` or vi for a place. */
export function editorCommand(place: EditorPlace, env: NodeJS.ProcessEnv): { command: string; args: string[] } {
  const words = splitWords(env.VISUAL || env.EDITOR || "vi");
  const [command = "vi", ...args] = words;
  return { command, args: [...args, ...placeArguments(basename(command).replace(/\.(exe|cmd)$/i, ""), args, place)] };
}

/** How editors are told a place; one that is not known gets the file alone. */
function placeArguments(name: string, args: readonly string[], { file, line, column }: EditorPlace): string[] {
  const place = `${file}:${line}:${column}`;
  if (/^(code|code-insiders|codium|cursor|windsurf)$/.test(name)) {
    return [...(args.includes("--wait") || args.includes("-w") ? [] : ["--wait"]), "--goto", place];
  }
  if (/^(subl|zed|hx|helix|micro)$/.test(name)) return [...(name === "subl" || name === "zed" ? ["--wait"] : []), place];
  if (/^(vi|vim|nvim|gvim|nano|pico|kak|joe|jed|mg|ne|emacs|emacsclient|view|vis)$/.test(name)) return [`+${line}`, file];
  return [file];
}

/** Words of a command line; quotes keep blanks together. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const m of text.matchAll(/"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g)) {
    words.push(m[1]?.replace(/\\(.)/g, "$1") ?? m[2] ?? m[3] ?? "");
  }
  return words;
}

/** Waits until the editor is closed. Null when it went well, else what to say. The terminal must have been given back. */
export function openEditor(place: EditorPlace, env: NodeJS.ProcessEnv = process.env): string | null {
  const { command, args } = editorCommand(place, env);
  const { error, status, signal } = spawnSync(command, args, { stdio: "inherit" });
  if (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return missing ? `there is no ${command}: set VISUAL or EDITOR` : `${command}: ${error.message}`;
  }
  return status === 0 ? null : `${command} ended with ${signal ?? status}`;
}
