/** The smallest text that is found to fail in the same way. */

/** Takes away ever smaller parts, lines first, as long as `fails` says so; asks at most `most` times. */
export async function shrink(text: string, fails: (text: string) => Promise<boolean>, most = 400): Promise<string> {
  let asked = 0;
  let now = text;
  for (const split of ["\n", ""]) {
    let parts = split === "" ? [...now] : now.split(split);
    for (let size = parts.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; at < parts.length; ) {
        if (asked++ >= most) return now;
        const fewer = [...parts.slice(0, at), ...parts.slice(at + size)];
        if (fewer.length < parts.length && (await fails(fewer.join(split)))) parts = fewer;
        else at += size;
      }
    }
    now = parts.join(split);
  }
  return now;
}
