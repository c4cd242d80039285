/** Which of many changes makes a test fail. */

/**
 * The last item of the shortest prefix that fails; null when all of them together do not fail. `fails` is asked about prefixes only, each once
 * and never about an empty one; the smallest that fails is asked last of those that fail. Once all of them failed, `suspects` are put last,
 * since they are found with fewer questions there.
 */
export async function culprit<T>(
  items: readonly T[],
  suspects: () => ReadonlySet<T>,
  fails: (kept: readonly T[]) => Promise<boolean>,
): Promise<T | null> {
  if (items.length === 0 || !(await fails(items))) return null;
  const last = suspects();
  const innocent = items.filter((i) => !last.has(i));
  const order = [...innocent, ...items.filter((i) => last.has(i))];
  // The first `low` items pass, the first `high` fail.
  let low = 0;
  let high = order.length;
  for (let next = innocent.length; high - low > 1; next = 0) {
    const middle = next > low && next < high ? next : (low + high) >> 1;
    if (await fails(order.slice(0, middle))) high = middle;
    else low = middle;
  }
  return order[high - 1] as T;
}
