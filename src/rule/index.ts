/** All that a transform needs. */
export * from "../go/imports.ts";
export type { Version } from "../go/module.ts";
export * from "../go/node.ts";
export type * from "../model/model.ts";
export type { Edit, Span } from "../text/edit.ts";
export * from "./build.ts";
export * from "./cancellation.ts";
export * from "./definitions.ts";
export * from "./edits.ts";
export * from "./give-up.ts";
export * from "./names.ts";
export * from "./pool.ts";
export * from "./reset.ts";
export * from "./rule.ts";
export * from "./types.ts";
export * from "./callees.ts";
export * from "./obligation.ts";
