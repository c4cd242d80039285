/** The table of the standard library. */
import { expect, test } from "vitest";
import { exportedNames, sizeAlign, stdPackage } from "../../src/model/stdlib.ts";
import { typeString } from "../../src/model/types.ts";

const member = (path: string, name: string) => stdPackage(path)?.member(name) ?? null;

test("functions, variables, constants, types and aliases, and since when", () => {
  const after = member("time", "After");
  expect(after && [after.kind, after.since, typeString(after.type)]).toEqual(["func", 0, "func(time.Duration) <-chan time.Time"]);
  const canceled = member("context", "Canceled");
  expect(canceled && [canceled.kind, canceled.since, typeString(canceled.type)]).toEqual(["var", 7, "error"]);
  const second = member("time", "Second");
  expect(second?.kind === "const" && [typeString(second.type), second.value]).toEqual(["time.Duration", "1000000000"]);
  const mode = member("os", "FileMode");
  expect(mode?.kind === "type" && [mode.alias, typeString(mode.type)]).toEqual([true, "io/fs.FileMode"]);
  const client = member("net/http", "Client");
  expect(client?.kind === "type" && typeString(client.underlying())).toBe(
    "struct{Transport net/http.RoundTripper; CheckRedirect func(*net/http.Request, []*net/http.Request) error; Jar net/http.CookieJar; Timeout time.Duration}",
  );
  const cause = member("context", "WithCancelCause");
  expect(cause?.since).toBe(20);
});

test("methods with receiver and version; unexported types that the library hands out", () => {
  const group = member("sync", "WaitGroup");
  expect(
    group?.kind === "type" && [group.methods.get("Go")?.since, group.methods.get("Add")?.since, group.methods.get("Add")?.pointer],
  ).toEqual([25, 0, true]);
  const order = member("encoding/binary", "LittleEndian");
  expect(order && typeString(order.type)).toBe("encoding/binary.littleEndian");
  const type = member("encoding/binary", "littleEndian");
  expect(type?.kind === "type" && typeString(type.methods.get("Uint32")?.type ?? order?.type ?? type.type)).toBe("func([]uint8) uint32");
});

test("what differs between platforms has no value and no type", () => {
  const max = member("math", "MaxInt");
  expect(max?.kind === "const" && [typeString(max.type), max.value]).toEqual(["untyped int", null]);
  const stat = member("syscall", "Stat_t");
  expect(stat?.kind === "type" && stat.underlying().kind).toBe("unknown");
});

test("names that importers may write, and paths that are none of the library's", () => {
  expect(exportedNames("strings")?.has("Builder")).toBe(true);
  expect(exportedNames("encoding/binary")?.has("littleEndian")).toBe(false);
  expect(exportedNames("golang.org/x/sync/errgroup")).toBeNull();
  expect(stdPackage("nowhere")).toBeNull();
  expect(member("strings", "constructor")).toBeNull();
});

test("sizes and alignment on platforms with 4-byte words", () => {
  expect(sizeAlign("sync", "Mutex")).toEqual({ size: 8, align: 4 });
  expect(sizeAlign("sync/atomic", "Int64")).toEqual({ size: 8, align: 8 });
  expect(sizeAlign("sync/atomic", "Int32")).toEqual({ size: 4, align: 4 });
  expect(sizeAlign("time", "Time")).toEqual({ size: 20, align: 4 });
  expect(sizeAlign("sync/atomic", "Pointer")).toBeNull();
  expect(sizeAlign("sync", "Nothing")).toBeNull();
});

test("a package costs little", () => {
  stdPackage("time");
  const started = performance.now();
  const paths = ["net/http", "os", "io", "bufio", "context", "database/sql", "encoding/json", "go/ast", "reflect", "testing"];
  for (const path of paths) stdPackage(path)?.member("Nothing");
  // Under a millisecond each on an idle machine; ten times that is a fault on a busy one.
  expect((performance.now() - started) / paths.length).toBeLessThan(10);
});
