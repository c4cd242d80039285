/** Language versions, go.mod, go.work, build constraints. */
export { builds32, canBuild, type Constraint, constraintOf, evaluate, fileBuildVersion, parseExpression, type Platform, platformOfName } from "./constraint.ts";
export { atLeast, compareVersions, formatVersion, parseVersion, type Version } from "./version.ts";
