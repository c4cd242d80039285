/** Answers about what is looked at of a package, worked out once and let go with it. */
import type { PackageModel } from "../model/model.ts";

/** `answer`, remembered by key as long as the same declarations of the package are looked at. */
export function perPackage<K extends object, T>(answer: (pkg: PackageModel, key: K) => T): (pkg: PackageModel, key: K) => T {
  return remembered((pkg) => pkg.view, answer);
}

/** As `perPackage`, for answers that hold nothing of the model itself: other models of the same files give the same. */
export function perFiles<K extends object, T>(answer: (pkg: PackageModel, key: K) => T): (pkg: PackageModel, key: K) => T {
  return remembered((pkg) => pkg.identity, answer);
}

function remembered<K extends object, T>(
  holder: (pkg: PackageModel) => object,
  answer: (pkg: PackageModel, key: K) => T,
): (pkg: PackageModel, key: K) => T {
  const known = new WeakMap<object, Map<K, T>>();
  return (pkg, key) => {
    const own = known.get(holder(pkg)) ?? new Map<K, T>();
    known.set(holder(pkg), own);
    const found = own.get(key);
    if (found !== undefined || own.has(key)) return found as T;
    const fresh = answer(pkg, key);
    own.set(key, fresh);
    return fresh;
  };
}
