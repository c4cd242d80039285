/** The types that users' editors show them. `npm run types` checks what stands here. */
import { describe, expectTypeOf, it } from "vitest";
import {
  type Collection,
  defineRule,
  type Finding,
  type GoNode,
  type Kind,
  type Match,
  type OwnRule,
  type Rule,
  type RuleModule,
  type Transform,
  type TransformApi,
  type TransformFile,
} from "../../src/index.ts";
import { defineTest } from "../../src/vitest.ts";

describe("the public types", () => {
  it("know the kind of what was found", () => {
    expectTypeOf<Collection["find"]>().toBeCallableWith("call_expression");
    expectTypeOf<ReturnType<Collection["calls"]>>().toEqualTypeOf<Collection<"call_expression">>();
    expectTypeOf<Match<"call_expression">["node"]>().toExtend<GoNode & { readonly kind: "call_expression" }>();
    const one = (c: Collection) => c.find("if_statement", { condition: /err/ }).closest("function_declaration", "func_literal").first;
    expectTypeOf<ReturnType<typeof one>>().toEqualTypeOf<Match<"function_declaration" | "func_literal"> | null>();
    // @ts-expect-error a kind that the grammar does not have
    const misspelt = (c: Collection) => c.find("call_expresion");
    expectTypeOf(misspelt).toBeFunction();
  });

  it("let a chain go on with what it was", () => {
    const chain = (c: Collection) =>
      c
        .calls("os.Open")
        .filter((m) => m.args.length > 1)
        .replaceWith("f($$$args)");
    expectTypeOf<ReturnType<typeof chain>>().toEqualTypeOf<Collection<"call_expression">>();
    const texts = (c: Collection) => c.pattern("f($x)").map((m) => m.get("x")?.typeText);
    expectTypeOf<ReturnType<typeof texts>>().toEqualTypeOf<(string | undefined)[]>();
    const narrowed = (m: Match) => (m.is("call_expression") ? m : null);
    expectTypeOf<NonNullable<ReturnType<typeof narrowed>>["kind"]>().toExtend<Kind>();
  });

  it("take transforms that return a text, nothing, or either later", () => {
    expectTypeOf<(file: TransformFile) => string>().toExtend<Transform>();
    expectTypeOf<(file: TransformFile, api: TransformApi) => void>().toExtend<Transform>();
    expectTypeOf<() => Promise<string | undefined>>().toExtend<Transform>();
    expectTypeOf<() => number>().not.toExtend<Transform>();
  });

  it("take rules with as little as an id and a check, and whole ones", () => {
    expectTypeOf(defineRule).parameter(0).toEqualTypeOf<OwnRule>();
    expectTypeOf(defineRule).returns.toEqualTypeOf<Rule>();
    expectTypeOf<{ id: string; check: () => Finding[] }>().toExtend<OwnRule>();
    expectTypeOf<Rule>().toExtend<OwnRule>();
    expectTypeOf<{ id: string }>().not.toExtend<OwnRule>();
  });

  it("take a module as it is imported", () => {
    expectTypeOf(defineTest).parameter(1).toEqualTypeOf<RuleModule>();
    expectTypeOf<{ default: Transform; title: string; triggers: string[] }>().toExtend<RuleModule>();
  });
});
