/** The resources of the standard library, and of modules that are known by their import path, as rows of the obligation engine. */
import type { Acquire, Resource } from "../obligation.ts";

const CLOSE = { verb: "Close", done: "closed", doing: "closing" };

/** A test that ends by t.Fatal unwinds: what is open stays open. */
const UNWINDS = ["return", "end", "goexit"] as const;

const failing = (symbol: string, more: Partial<Acquire> = {}): Acquire => ({ symbol, result: 0, error: 1, ...more });

// ---------------------------------------------------------------- net/http

export const BODY: Resource = {
  id: "body-not-closed",
  acquire: [
    ...["Get", "Head", "Post", "PostForm"].flatMap((f) => [failing(`net/http.${f}`), failing(`net/http.Client.${f}`)]),
    failing("net/http.Client.Do"),
    failing("net/http.Transport.RoundTrip"),
    failing("net/http.RoundTripper.RoundTrip"),
  ],
  release: ["Body.Close"],
  parts: ["Body"],
  readable: ["Status", "StatusCode", "Header", "Proto", "ContentLength", "Request", "Trailer", "TLS", "Cookies", "Location"],
  harmlessTwice: true,
  inMain: false,
  exits: UNWINDS,
  text: "{}.Body.Close()",
  name: "resp",
  type: { path: "net/http", name: "Response", pointer: true },
  words: { ...CLOSE, dropped: "the response is dropped with its body open", subject: "{}.Body" },
};

// ---------------------------------------------------------------- files and connections

const FILE_TYPE = { path: "os", name: "File", pointer: true };
const CONN = { type: { path: "net", name: "Conn" }, name: "conn" };
const LISTENER = { type: { path: "net", name: "Listener" }, name: "listener" };
const net = (name: string, more: Partial<Acquire>): Acquire => failing(`net.${name}`, more);
const ofNet = (type: string, name = "conn"): Partial<Acquire> => ({ name, type: { path: "net", name: type, pointer: true } });

export const FILE: Resource = {
  id: "file-not-closed",
  acquire: [
    ...["Open", "Create", "OpenFile", "CreateTemp", "OpenInRoot"].map((f) => failing(`os.${f}`)),
    ...["Open", "Create", "OpenFile"].map((f) => failing(`os.Root.${f}`)),
    failing("os.OpenRoot", { name: "root", type: { path: "os", name: "Root", pointer: true } }),
    failing("io/ioutil.TempFile"),
    { symbol: "os.Pipe", result: 0, error: 2, name: "r" },
    { symbol: "os.Pipe", result: 1, error: 2, name: "w" },
    net("Dial", CONN),
    net("DialTimeout", CONN),
    net("Dialer.Dial", CONN),
    net("Dialer.DialContext", CONN),
    net("DialTCP", ofNet("TCPConn")),
    net("DialUDP", ofNet("UDPConn")),
    net("DialUnix", ofNet("UnixConn")),
    net("DialIP", ofNet("IPConn")),
    net("Listen", LISTENER),
    net("ListenConfig.Listen", LISTENER),
    net("ListenTCP", ofNet("TCPListener", "listener")),
    net("ListenUnix", ofNet("UnixListener", "listener")),
    net("ListenUDP", ofNet("UDPConn")),
    net("ListenMulticastUDP", ofNet("UDPConn")),
    net("ListenUnixgram", ofNet("UnixConn")),
    net("ListenIP", ofNet("IPConn")),
    net("ListenPacket", { type: { path: "net", name: "PacketConn" }, name: "conn" }),
    net("ListenConfig.ListenPacket", { type: { path: "net", name: "PacketConn" }, name: "conn" }),
    failing("crypto/tls.Dial", { name: "conn", type: { path: "crypto/tls", name: "Conn", pointer: true } }),
    failing("crypto/tls.DialWithDialer", { name: "conn", type: { path: "crypto/tls", name: "Conn", pointer: true } }),
    failing("crypto/tls.Dialer.DialContext", CONN),
    failing("crypto/tls.Listen", LISTENER),
    failing("archive/zip.OpenReader", { name: "archive", type: { path: "archive/zip", name: "ReadCloser", pointer: true } }),
  ],
  release: ["Close"],
  readable: ["Name", "LocalAddr", "RemoteAddr", "Addr"],
  harmlessTwice: true,
  inMain: false,
  exits: UNWINDS,
  text: "{}.Close()",
  name: "f",
  type: FILE_TYPE,
  words: { ...CLOSE, dropped: "what was opened here is dropped and stays open" },
};

// ---------------------------------------------------------------- databases

const SQLX = "github.com/jmoiron/sqlx";
const PGX = ["v4", "v5"].map((v) => `github.com/jackc/pgx/${v}`);
const sqlType = (name: string, path = "database/sql"): Partial<Acquire> => ({ type: { path, name, pointer: true } });

export const ROWS: Resource = {
  id: "rows-not-closed",
  acquire: [
    ...["DB", "Conn", "Stmt"].flatMap((t) => [failing(`database/sql.${t}.Query`), failing(`database/sql.${t}.QueryContext`)]),
    ...["DB", "Conn"].flatMap((t) => [failing(`${SQLX}.${t}.Query`), failing(`${SQLX}.${t}.QueryContext`)]),
    ...[
      "DB.Queryx",
      "DB.QueryxContext",
      "DB.NamedQuery",
      "DB.NamedQueryContext",
      "Conn.QueryxContext",
      "Stmt.Queryx",
      "Stmt.QueryxContext",
      "NamedStmt.Queryx",
      "NamedStmt.QueryxContext",
    ].map((m) => failing(`${SQLX}.${m}`, sqlType("Rows", SQLX))),
    ...PGX.flatMap((p) =>
      [`${p}.Conn.Query`, `${p}/pgxpool.Pool.Query`, `${p}/pgxpool.Conn.Query`].map((s) => failing(s, { type: { path: p, name: "Rows" } })),
    ),
  ],
  release: ["Close"],
  drained: ["Next"],
  readable: ["Err"],
  harmlessTwice: true,
  inMain: false,
  exits: UNWINDS,
  text: "{}.Close()",
  name: "rows",
  type: { path: "database/sql", name: "Rows", pointer: true },
  words: { ...CLOSE, dropped: "the rows are dropped, and their connection stays taken" },
};

export const STMT: Resource = {
  id: "stmt-not-closed",
  acquire: [
    ...["DB", "Conn"].flatMap((t) => [failing(`database/sql.${t}.Prepare`), failing(`database/sql.${t}.PrepareContext`)]),
    ...["DB.Prepare", "DB.PrepareContext", "Conn.PrepareContext"].map((m) => failing(`${SQLX}.${m}`)),
    ...["DB.Preparex", "DB.PreparexContext", "Conn.PreparexContext"].map((m) => failing(`${SQLX}.${m}`, sqlType("Stmt", SQLX))),
    ...["DB.PrepareNamed", "DB.PrepareNamedContext"].map((m) => failing(`${SQLX}.${m}`, sqlType("NamedStmt", SQLX))),
  ],
  release: ["Close"],
  harmlessTwice: true,
  inMain: false,
  exits: UNWINDS,
  text: "{}.Close()",
  name: "stmt",
  type: { path: "database/sql", name: "Stmt", pointer: true },
  words: { ...CLOSE, dropped: "the statement is dropped and stays prepared" },
};

export const TX: Resource = {
  id: "tx-not-finished",
  acquire: [
    ...["DB.Begin", "DB.BeginTx", "Conn.BeginTx"].map((m) => failing(`database/sql.${m}`)),
    ...["DB.Begin", "DB.BeginTx"].map((m) => failing(`${SQLX}.${m}`)),
    ...["DB.Beginx", "DB.BeginTxx", "Conn.BeginTxx"].map((m) => failing(`${SQLX}.${m}`, sqlType("Tx", SQLX))),
    ...PGX.flatMap((p) =>
      ["", "/pgxpool"].flatMap((at) =>
        (at === "" ? ["Conn"] : ["Pool", "Conn"]).flatMap((t) =>
          ["Begin", "BeginTx"].map((m) => failing(`${p}${at}.${t}.${m}`, { text: "{}.Rollback({1})", type: { path: p, name: "Tx" } })),
        ),
      ),
    ),
  ],
  release: ["Rollback", "Commit"],
  harmlessTwice: true,
  inMain: false,
  exits: UNWINDS,
  text: "{}.Rollback()",
  name: "tx",
  type: { path: "database/sql", name: "Tx", pointer: true },
  words: { verb: "Roll", done: "finished", doing: "finishing", dropped: "the transaction is dropped and stays open" },
};

// ---------------------------------------------------------------- OpenTelemetry

export const SPAN: Resource = {
  id: "span-not-ended",
  acquire: [{ symbol: "go.opentelemetry.io/otel/trace.Tracer.Start", result: 1 }],
  release: ["End"],
  harmlessTwice: true,
  inMain: false,
  exits: UNWINDS,
  text: "{}.End()",
  name: "span",
  type: { path: "go.opentelemetry.io/otel/trace", name: "Span" },
  words: { verb: "End", done: "ended", doing: "ending", dropped: "nothing can end this span" },
};

/** What defer-in-loop, close-too-late and close-before-check look at. */
export const RESOURCES: readonly Resource[] = [BODY, FILE, ROWS, STMT, TX, SPAN];
