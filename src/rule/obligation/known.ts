/** Functions of the standard library of which is known, from their documentation, what they do with an argument. */

const PRINT = ["Print", "Printf", "Println"];

/** They neither release nor keep what they are given. */
export const LEAVES_OPEN: ReadonlySet<string> = new Set([
  "len",
  "cap",
  "print",
  "println",
  "close",
  "delete",
  "clear",
  "panic",
  ...PRINT.flatMap((p) => [`fmt.${p}`, `fmt.F${p.toLowerCase()}`, `fmt.S${p.toLowerCase()}`, `log.${p}`, `log.Logger.${p}`]),
  "fmt.Errorf",
  "reflect.TypeOf",
  "runtime.KeepAlive",
]);

/** They call the function that they are given, if at all, before they return, and keep it no longer. */
export const CALLS_AT_ONCE: ReadonlySet<string> = new Set([
  "sync.Once.Do",
  "sync.Map.Range",
  "sort.Slice",
  "sort.SliceStable",
  "sort.Search",
  "slices.SortFunc",
  "slices.IndexFunc",
  "slices.ContainsFunc",
  "slices.DeleteFunc",
  "strings.Map",
  "strings.FieldsFunc",
  "strings.IndexFunc",
  "path/filepath.Walk",
  "path/filepath.WalkDir",
  "io/fs.WalkDir",
]);
