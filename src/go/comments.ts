/** Comments and directives of a text, by scan. */

const GENERATED_BEFORE = "// Code generated ";
const GENERATED_AFTER = " DO NOT EDIT.";

/**
 * Whether the line `[start, end)` (without its line end) says that the file is generated: `^// Code generated .* DO NOT EDIT\.$`
 * (https://go.dev/s/generatedcode).
 */
export function isGeneratedLine(text: string, start: number, end: number): boolean {
  return (
    end - start >= GENERATED_BEFORE.length + GENERATED_AFTER.length &&
    text.startsWith(GENERATED_BEFORE, start) &&
    text.startsWith(GENERATED_AFTER, end - GENERATED_AFTER.length)
  );
}
