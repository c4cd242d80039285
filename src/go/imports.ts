/** Imports of a file: the names they bring, and edits that add and drop them. */
export { type ImportChange, importEdits } from "./import-edits.ts";
export { candidateNames, type FileImport, importName, isStandard } from "./import-names.ts";
