import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { HANDLES, boxArea, boxBetween, boxOverlap, growBox, moveBox, resizeBox } from "./boxes";
import type { Box } from "./points";

const least = { width: 0.001, height: 0.002 };
const share = fc.double({ min: 0, max: 1, noNaN: true });
const shift = fc.double({ min: -2, max: 2, noNaN: true });
const point = fc.record({ x: shift, y: shift });
const box = fc
  .tuple(share, share, share, share)
  .map(([a, b, c, d]) => growBox(boxBetween({ x: a, y: b }, { x: c, y: d }), least));
const slack = 1e-9;

function expectInside(value: Box): void {
  expect(value.left).toBeGreaterThanOrEqual(-slack);
  expect(value.top).toBeGreaterThanOrEqual(-slack);
  expect(value.right).toBeLessThanOrEqual(1 + slack);
  expect(value.bottom).toBeLessThanOrEqual(1 + slack);
  expect(value.right - value.left).toBeGreaterThanOrEqual(least.width - slack);
  expect(value.bottom - value.top).toBeGreaterThanOrEqual(least.height - slack);
}

describe("boxes", () => {
  test("a box drawn from any point to any point is inside the image and has the least size", () => {
    fc.assert(fc.property(point, point, (a, b) => expectInside(growBox(boxBetween(a, b), least))));
  });

  test("a move keeps the size and stays inside the image", () => {
    fc.assert(
      fc.property(box, shift, shift, (start, dx, dy) => {
        const moved = moveBox(start, dx, dy);
        expectInside(moved);
        expect(boxArea(moved)).toBeCloseTo(boxArea(start), 9);
      }),
    );
  });

  test("a resize changes the handle's sides only and keeps the box valid", () => {
    fc.assert(
      fc.property(box, fc.constantFrom(...HANDLES), point, (start, handle, to) => {
        const next = resizeBox(start, handle, to, least);
        expectInside(next);
        for (const side of ["left", "top", "right", "bottom"] as const) {
          if (!handle.sides.includes(side)) expect(next[side]).toBe(start[side]);
        }
      }),
    );
  });

  test("overlap is symmetric, 1 with itself and never above 1", () => {
    fc.assert(
      fc.property(box, box, (a, b) => {
        expect(boxOverlap(a, b)).toBeCloseTo(boxOverlap(b, a), 12);
        expect(boxOverlap(a, a)).toBeCloseTo(1, 9);
        expect(boxOverlap(a, b)).toBeLessThanOrEqual(1 + slack);
      }),
    );
  });
});
