/** A resource as data: how it is acquired, how it is released, and the words and text for it. */
import type { GoNode } from "../../go/node.ts";
import type { ExitKind, PackageModel } from "../../model/model.ts";

export interface Acquire {
  /** The function that gives it: "context.WithCancel". */
  readonly symbol: string;
  /** Which result holds it, from 0. */
  readonly result: number;
  /** Which result is the error that says that there is none. */
  readonly error?: number;
  /** Which result, a bool, is true when there is one. */
  readonly ok?: number;
  /** A function of the package gives it, and on some way nil instead. */
  readonly orNil?: boolean;
  /** Which result is which is not said: see `shape.ts`. */
  readonly open?: boolean;
  /** How the release is written where it differs from the row's: "{}(nil)". */
  readonly text?: string;
  /** The holder's type where it differs from the row's. */
  readonly type?: HolderType;
  /** The holder's name where a fix must invent one and the row's would mislead. */
  readonly name?: string;
}

/** A type as `var x context.CancelFunc` needs it. */
export interface HolderType {
  readonly path: string;
  readonly name: string;
  readonly pointer?: boolean;
}

/**
 * What a call does with the value that it is given: releases it; has it, though nothing tells whether it keeps it (`lends`); gives it back as
 * its result (`passes`); only reads it. null where the engine should look itself.
 */
export type Given = (pkg: PackageModel, call: GoNode, argument: GoNode) => "releases" | "lends" | "passes" | "reads" | null;

export interface Resource {
  readonly id: string;
  readonly acquire: readonly Acquire[];
  /** Types by the functions that give them as their first result, for modules whose source may not be at hand: `path.New` gives `path.Type`. */
  readonly made?: Readonly<Record<string, string>>;
  /** What releases it, seen from the holder: a method ("Stop"), one of a field ("Body.Close"), or the call of the value itself ("()"). */
  readonly release: readonly string[];
  /** For values that have no methods, but are given to functions. */
  readonly given?: Given;
  /** Who has a part of its memory has it: `*p`, `x[i:j]`, a field that refers to memory. For values that are used anew later. */
  readonly memory?: boolean;
  /** Channels of it from which a receive ends the obligation: the field's name, "" for the holder itself. */
  readonly received?: readonly string[];
  /** Fields through which it stays in use: whoever gets `t.C` has the ticker. */
  readonly parts?: readonly string[];
  /** Methods that release it by themselves when they give false: `rows.Next()`. */
  readonly drained?: readonly string[];
  /** Members that may be read when it is released: `resp.Status`. */
  readonly readable?: readonly string[];
  /** A second release does nothing. */
  readonly harmlessTwice: boolean;
  /** main.main must release it as well. */
  readonly inMain: boolean;
  /** The ways of leaving on which it is owed; return and the closing brace when not given. */
  readonly exits?: readonly ExitKind[];
  /** The release as a fix writes it; `{}` stands for the holder. */
  readonly text: string;
  /** The holder's name where a fix must invent one, and its type. */
  readonly name: string;
  readonly type: HolderType;
  readonly words: Words;
}

/** "Stop", "stopped", "stopping": `timer is not stopped on every path`. */
export interface Words {
  readonly verb: string;
  readonly done: string;
  readonly doing: string;
  /** The message when nobody holds it. */
  readonly dropped: string;
  /** What is released, where that is not the holder itself: "{}.Body". */
  readonly subject?: string;
}

/** What messages and titles name: "resp.Body". */
export function subjectOf(row: Resource, holder: string): string {
  return (row.words.subject ?? "{}").replace("{}", holder);
}

/** The statement that releases what `holder` names. */
export function releaseText(row: Resource, acquire: Acquire, holder: string): string {
  return (acquire.text ?? row.text).replace("{}", holder);
}

/** The same as lines, put off to the end of the function, behind a nil check where there may be none. */
export function deferLines(row: Resource, acquire: Acquire, holder: string): string[] {
  return guarded(acquire, holder, `defer ${releaseText(row, acquire, holder)}`);
}

/** The same as lines, to run at once. */
export function releaseLines(row: Resource, acquire: Acquire, holder: string): string[] {
  return guarded(acquire, holder, releaseText(row, acquire, holder));
}

function guarded(acquire: Acquire, holder: string, line: string): string[] {
  return acquire.orNil ? [`if ${holder} != nil {`, `\t${line}`, "}"] : [line];
}
