/**
 * Gives a WebAssembly module compiled by LLVM a larger stack.
 *
 * Such a module keeps what it cannot keep in WebAssembly locals on a stack in its own memory. That of the bundled gofmt has 64 KiB, which 93
 * operands in a row or 65 nested calls exhaust: real files have them. The stack's top is the module's one global variable; once it is exported
 * (an entry more in the export section), it can be set to the end of a larger block of the module's own memory.
 *
 * Binary format: https://webassembly.github.io/spec/core/binary/modules.html
 */

const GLOBAL_SECTION = 6;
const EXPORT_SECTION = 7;
const GLOBAL_EXPORT = 3;
const I32 = 0x7f;

/** The module with its one global exported under `name`; null when it has another shape than is expected here. */
export function exportStack(module: Uint8Array, name: string): Uint8Array | null {
  let mutable = false;
  let at = 8;
  while (at < module.length) {
    const start = at;
    const section = module[at];
    const size = unsigned(module, at + 1);
    const content = size.next;
    const end = content + size.value;
    if (section === GLOBAL_SECTION) {
      const count = unsigned(module, content);
      mutable = count.value === 1 && module[count.next] === I32 && module[count.next + 1] === 1;
    }
    if (section === EXPORT_SECTION) {
      if (!mutable) return null;
      const count = unsigned(module, content);
      const entry = [name.length, ...new TextEncoder().encode(name), GLOBAL_EXPORT, 0];
      const counted = encoded(count.value + 1);
      const length = counted.length + (end - count.next) + entry.length;
      return Uint8Array.from([
        ...module.subarray(0, start),
        EXPORT_SECTION,
        ...encoded(length),
        ...counted,
        ...module.subarray(count.next, end),
        ...entry,
        ...module.subarray(end),
      ]);
    }
    at = end;
  }
  return null;
}

/** An unsigned LEB128 number and where it ends. */
function unsigned(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  let shift = 0;
  let next = at;
  while (true) {
    const byte = bytes[next++] ?? 0;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next };
    shift += 7;
  }
}

function encoded(value: number): number[] {
  const bytes: number[] = [];
  let left = value;
  do {
    const low = left % 128;
    left = Math.floor(left / 128);
    bytes.push(left > 0 ? low | 0x80 : low);
  } while (left > 0);
  return bytes;
}
