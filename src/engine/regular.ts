/** Reading files that somebody else laid there: regular ones only, and no more than there should be of them. */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** Larger Go files than any that people or generators write. */
export const LARGEST_SOURCE = 32 * 1024 * 1024;
/** Larger than what configures a tool. */
export const LARGEST_SETTINGS = 1024 * 1024;

/**
 * The bytes of a regular file. Throws as `readFileSync` does, with the code `EIRREGULAR` for anything else (a pipe is not waited for, a device not
 * read) and `EFBIG` for what is larger than `most` bytes.
 */
export function readRegular(path: string, most: number = LARGEST_SOURCE): Buffer {
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw failure("EISDIR", path);
    if (!stat.isFile()) throw failure("EIRREGULAR", path);
    if (stat.size > most) throw failure("EFBIG", path);
    // Some files tell no size.
    let bytes: Buffer = Buffer.allocUnsafe(stat.size + 1);
    let length = 0;
    for (;;) {
      const read = readSync(fd, bytes, length, bytes.length - length, null);
      length += read;
      if (read === 0 || (length === stat.size && length > 0)) return bytes.subarray(0, length);
      if (length > most) throw failure("EFBIG", path);
      if (length === bytes.length) bytes = Buffer.concat([bytes], Math.min(most + 1, 2 * length) + 1);
    }
  } finally {
    closeSync(fd);
  }
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
