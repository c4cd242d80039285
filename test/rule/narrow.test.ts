import { expect, test } from "vitest";
import { acquiredBy, importsOf } from "../../src/rule/resources/narrow.ts";
import { BODY, ROWS } from "../../src/rule/resources/rows.ts";

test("a row's triggers and imports come from its acquisitions", () => {
  expect(importsOf([BODY])).toEqual(["net/http"]);
  expect(acquiredBy([BODY])).toEqual(["Get(", "Head(", "Post(", "PostForm(", ".Do(", ".RoundTrip("]);
  expect(importsOf([ROWS])).toContain("database/sql");
  for (const path of importsOf([ROWS])) expect(path).not.toMatch(/\.(DB|Tx|Conn)/);
});
