/**
 * What is remembered of objects, kept in the objects themselves: a note goes with its object, and neither a copy by spread nor JSON knows of it.
 *
 * A WeakMap would say the same, but while V8 collects young objects only, it takes all values of an old WeakMap for reachable (its scavenger has no ephemerons).
 * What is noted here leads to a package, in which everything hangs together: each package would outlive its check until the whole heap is marked.
 */
export class Notes<K extends object, V> {
  readonly #key = Symbol("note");

  get(of: K): V | undefined {
    return (of as { readonly [key: symbol]: V | undefined })[this.#key];
  }

  /** The note; made, and kept, where there is none. */
  noted(of: K, make: () => V): V {
    let note = this.get(of);
    if (note === undefined) {
      note = make();
      this.set(of, note);
    }
    return note;
  }

  set(of: K, note: V): void {
    Object.defineProperty(of, this.#key, { value: note, writable: true, enumerable: false });
  }
}

/**
 * A property of its own that an object works out when it is read, also by a copy by spread, and whose getter all objects share. A getter in an
 * object literal is a new function each time, which V8 keeps in the object's map: an old object, from where it holds all that it can reach.
 */
export type Lazy<T> = PropertyDescriptor & ThisType<T>;
