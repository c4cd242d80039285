/** Language versions, go.mod, go.work, build constraints. */
export {
  builds32,
  type Constraint,
  canBuild,
  constraintOf,
  evaluate,
  fileBuildVersion,
  type Platform,
  parseExpression,
  platformOfName,
} from "./constraint.ts";
export { type GoMod, type GoWork, type ModuleVersion, parseGoMod, parseGoWork, type Replacement } from "./gomod.ts";
export { escapePath, type FileReader, type Module, Modules, type ModulesOptions } from "./modules.ts";
export { atLeast, compareVersions, formatVersion, parseVersion, type Version } from "./version.ts";
