/** Answers about what is looked at of a package, worked out once and let go with it. */
import type { GoNode } from "../go/node.ts";
import type { PackageModel } from "../model/model.ts";
import { Notes } from "../model/notes.ts";

/** `answer`, remembered by key as long as the same declarations of the package are looked at. */
export function perPackage<K extends object, T>(answer: (pkg: PackageModel, key: K) => T): (pkg: PackageModel, key: K) => T {
  return remembered((pkg) => pkg.view, answer);
}

/** As `perPackage`, for answers that hold nothing of the model itself: other models of the same files give the same. */
export function perFiles<K extends object, T>(answer: (pkg: PackageModel, key: K) => T): (pkg: PackageModel, key: K) => T {
  return remembered((pkg) => pkg.identity, answer);
}

/** As `perPackage`, about one declaration: remembered whatever else is looked at. */
export function perDeclaration<K extends object, T>(
  answer: (pkg: PackageModel, key: K, root: GoNode) => T,
): (pkg: PackageModel, key: K, root: GoNode) => T {
  const byRoot = remembered(
    (pkg) => pkg,
    (_, __: K) => new Map<GoNode, T>(),
  );
  return (pkg, key, root) => {
    const known = byRoot(pkg, key);
    const found = known.get(root);
    if (found !== undefined) return found;
    const fresh = answer(pkg, key, root);
    known.set(root, fresh);
    return fresh;
  };
}

function remembered<K extends object, T>(
  holder: (pkg: PackageModel) => object,
  answer: (pkg: PackageModel, key: K) => T,
): (pkg: PackageModel, key: K) => T {
  const known = new Notes<object, Map<K, T>>();
  return (pkg, key) => {
    const own = known.noted(holder(pkg), () => new Map());
    const found = own.get(key);
    if (found !== undefined || own.has(key)) return found as T;
    const fresh = answer(pkg, key);
    own.set(key, fresh);
    return fresh;
  };
}
