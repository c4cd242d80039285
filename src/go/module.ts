/** Language versions, go.mod, go.work, build constraints. */
export { builds32, canBuild, type Constraint, constraintOf, evaluate, fileBuildVersion, parseExpression, type Platform, platformOfName } from "./constraint.ts";
export { type GoMod, type GoWork, type ModuleVersion, parseGoMod, parseGoWork, type Replacement } from "./gomod.ts";
export { escapePath, type FileReader, type Module, Modules, type ModulesOptions } from "./modules.ts";
export { atLeast, compareVersions, formatVersion, parseVersion, type Version } from "./version.ts";
