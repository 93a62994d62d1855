import { expect, it } from "vitest";
import { digitOf, valuesOf } from "../rating/scale";
import { completeNumber, readNumber, stepFrom } from "./reading";

const schema = { kind: "number", low: 0, high: 10, step: 0.1, unit: "t" } as const;

it("reads numbers with a point or a comma, and nothing else", () => {
  expect(["3.5", "3,5", " -2 ", ".5"].map(readNumber)).toEqual([3.5, 3.5, -2, 0.5]);
  expect(["", "a", "1e5", "1.2.3", "0x1"].map(readNumber)).toEqual([null, null, null, null, null]);
});
it("steps without the noise of binary fractions, within the range", () => {
  expect(stepFrom(schema, 0.2, 1)).toBe(0.3);
  expect(stepFrom(schema, 10, 1)).toBe(10);
  expect(stepFrom(schema, null, 1)).toBe(0);
});
it("refuses what is out of range or between two steps", () => {
  expect(completeNumber(schema, 0.3)).toBe(true);
  expect(completeNumber(schema, 11)).toContain("from 0 to 10");
  expect(completeNumber(schema, 0.25)).toContain("steps of 0.1");
  expect(completeNumber(schema, null)).toContain("Enter a number");
  expect(completeNumber({ ...schema, step: null }, 0.255)).toBe(true);
});
it("gives every digit its rating, and 0 the ten", () => {
  const scale = { kind: "rating", low: 1, high: 10 } as const;
  expect(valuesOf(scale)).toHaveLength(10);
  expect([digitOf(scale, "0"), digitOf(scale, "7"), digitOf(scale, "x")]).toEqual([10, 7, null]);
  expect(digitOf({ ...scale, low: 0, high: 5 }, "0")).toBe(0);
  expect(digitOf({ ...scale, high: 5 }, "9")).toBeNull();
});
