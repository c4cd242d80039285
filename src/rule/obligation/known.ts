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
  // readers and writers: they work on it and return
  ...["Copy", "CopyN", "CopyBuffer", "ReadAll", "ReadAtLeast", "ReadFull", "WriteString"].map((f) => `io.${f}`),
  "io/ioutil.ReadAll",
  ...["Fscan", "Fscanf", "Fscanln"].map((f) => `fmt.${f}`),
  "encoding/binary.Read",
  "encoding/binary.Write",
  ...["image", "image/png", "image/jpeg", "image/gif"].flatMap((p) =>
    ["Decode", "DecodeConfig", "Encode", "EncodeAll", "DecodeAll"].map((f) => `${p}.${f}`),
  ),
  ...["text/template", "html/template"].flatMap((p) => [`${p}.Template.Execute`, `${p}.Template.ExecuteTemplate`]),
  ...["bytes.Buffer", "bufio.Reader", "bufio.Writer", "os.File", "strings.Reader", "bytes.Reader"].flatMap((t) => [
    `${t}.ReadFrom`,
    `${t}.WriteTo`,
  ]),
  "io.WriterTo.WriteTo",
  "io.ReaderFrom.ReadFrom",
  "net/http.Request.Write",
  "net/http.Header.Write",
  "net/http.ServeContent",
  "net/http/httputil.DumpResponse",
  "runtime/pprof.WriteHeapProfile",
  "runtime/pprof.Profile.WriteTo",
  "os.SameFile",
]);

/** Packages none of whose functions keeps an argument: assertions. */
export const LEAVES_OPEN_IN: readonly string[] = [
  "github.com/stretchr/testify/assert.",
  "github.com/stretchr/testify/require.",
  "gotest.tools/assert.",
  "gotest.tools/v3/assert.",
];

/**
 * They give, as their first result, something that works on what they were given and does not release it: where that goes, the
 * argument goes.
 */
export const WRAPS: ReadonlySet<string> = new Set([
  ...["NewReader", "NewReaderSize", "NewWriter", "NewWriterSize", "NewScanner", "NewReadWriter"].map((f) => `bufio.${f}`),
  ...["LimitReader", "TeeReader", "MultiReader", "MultiWriter", "NopCloser", "NewSectionReader", "NewOffsetWriter"].map((f) => `io.${f}`),
  "io/ioutil.NopCloser",
  ...["json", "xml", "gob"].flatMap((p) => [`encoding/${p}.NewDecoder`, `encoding/${p}.NewEncoder`]),
  ...[
    "encoding/csv",
    "archive/tar",
    "archive/zip",
    "compress/gzip",
    "compress/zlib",
    "compress/bzip2",
    "compress/flate",
    "compress/lzw",
    "mime/multipart",
    "mime/quotedprintable",
    "net/textproto",
  ].flatMap((p) =>
    ["NewReader", "NewReaderDict", "NewWriter", "NewWriterLevel", "NewWriterDict", "NewWriterLevelDict"].map((f) => `${p}.${f}`),
  ),
  ...["base64", "hex", "base32", "ascii85"].flatMap((p) => [
    `encoding/${p}.NewDecoder`,
    `encoding/${p}.NewEncoder`,
    `encoding/${p}.Dumper`,
  ]),
  "log.New",
  "text/tabwriter.NewWriter",
  ...["elf", "macho", "pe"].map((p) => `debug/${p}.NewFile`),
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
