import { describe, expect, it } from "vitest";
import type { SchemaOf } from "../../contract";
import { completeChoice, toggleLabel } from "./choosing";

const schema: SchemaOf<"multi_choice"> = {
  kind: "multi_choice",
  classes: ["a", "b", "c", "d"].map((name) => ({ name })),
  exclusive: [["a", "b"]],
  most: 2,
};

describe("switching a class", () => {
  it("keeps the schema's order whatever the order of the clicks", () => {
    expect(toggleLabel(schema, ["d"], "c").labels).toEqual(["c", "d"]);
  });
  it("switches a chosen class off", () => {
    expect(toggleLabel(schema, ["a", "c"], "a").labels).toEqual(["c"]);
  });
  it("lets the other class of an exclusive group give way, also at the limit", () => {
    expect(toggleLabel(schema, ["b", "c"], "a")).toEqual({
      labels: ["a", "c"],
      replaced: ["b"],
      isFull: false,
    });
  });
  it("refuses a class over the limit and changes nothing", () => {
    expect(toggleLabel(schema, ["c", "d"], "a")).toEqual({ labels: ["c", "d"], replaced: [], isFull: true });
  });
});

it("sends no class that the guideline lost", () => {
  expect(completeChoice(schema, [])).toBe(true);
  expect(completeChoice(schema, ["x"])).toContain("not in the guideline");
});
