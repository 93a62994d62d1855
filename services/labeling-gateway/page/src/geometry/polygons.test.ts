import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crossingSides } from "./crossings";
import { polygonOverlap } from "./overlap";
import {
  deletePoint,
  insertPoint,
  movePolygon,
  nearestSide,
  polygonArea,
  polygonBounds,
  polygonContains,
  sideMiddle,
} from "./polygons";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const shift = fc.double({ min: -2, max: 2, noNaN: true });
const polygon = fc.array(fc.record({ x: share, y: share }), { minLength: 3, maxLength: 30 });
const square = [
  { x: 0.2, y: 0.2 },
  { x: 0.8, y: 0.2 },
  { x: 0.8, y: 0.8 },
  { x: 0.2, y: 0.8 },
];
const bow = [
  { x: 0.2, y: 0.2 },
  { x: 0.8, y: 0.8 },
  { x: 0.8, y: 0.2 },
  { x: 0.2, y: 0.8 },
];

// Points around a centre in order of their angle: such an outline never crosses itself.
const star = fc
  .array(fc.tuple(fc.double({ min: 0.1, max: 0.4, noNaN: true }), fc.integer({ min: 0, max: 359 })), {
    minLength: 3,
    maxLength: 25,
  })
  .map((spokes) =>
    [...new Map(spokes.map(([radius, degrees]) => [degrees, radius]))].sort((a, b) => a[0] - b[0]),
  )
  .filter(
    (spokes) =>
      spokes.length >= 3 &&
      spokes.every(([at], i) => ((spokes[(i + 1) % spokes.length]![0] - at + 360) % 360 || 360) < 170),
  )
  .map((spokes) =>
    spokes.map(([degrees, radius]) => {
      const angle = (degrees * Math.PI) / 180;
      return { x: 0.5 + radius * Math.cos(angle), y: 0.5 + radius * Math.sin(angle) };
    }),
  );

describe("polygons", () => {
  test("a move stays inside the image and keeps the area", () => {
    fc.assert(
      fc.property(polygon, shift, shift, (points, dx, dy) => {
        const moved = movePolygon(points, dx, dy);
        const bounds = polygonBounds(moved);
        expect(Math.min(bounds.left, bounds.top)).toBeGreaterThanOrEqual(0);
        expect(Math.max(bounds.right, bounds.bottom)).toBeLessThanOrEqual(1);
        expect(polygonArea(moved)).toBeCloseTo(polygonArea(points), 9);
      }),
    );
  });

  test("a point inserted in the middle of a side changes no area, and its deletion gives the polygon back", () => {
    fc.assert(
      fc.property(polygon, fc.nat(), (points, number) => {
        const side = number % points.length;
        const longer = insertPoint(points, side, sideMiddle(points, side));
        expect(longer).toHaveLength(points.length + 1);
        expect(polygonArea(longer)).toBeCloseTo(polygonArea(points), 9);
        expect(deletePoint(longer, side + 1)).toEqual(points);
      }),
    );
  });

  test("the last three points cannot be deleted", () => {
    const triangle = square.slice(0, 3);
    expect(deletePoint(triangle, 0)).toBe(triangle);
  });

  test("an outline around a centre does not cross itself and contains the centre", () => {
    fc.assert(
      fc.property(star, (points) => {
        expect(crossingSides(points)).toBeNull();
        expect(polygonContains(points, { x: 0.5, y: 0.5 })).toBe(true);
      }),
    );
  });

  test("a bow crosses itself", () => {
    expect(crossingSides(square)).toBeNull();
    expect(crossingSides(bow)).toEqual([0, 2]);
  });

  test("an outline that comes back to a point of its own touches itself", () => {
    expect(crossingSides([...square.slice(0, 3), { x: 0.5, y: 0.2 }])).not.toBeNull();
  });

  test("the nearest side is found in screen distance, not in relative distance", () => {
    const wide = { width: 0.01, height: 0.1 }; // a picture ten times as wide as high
    expect(nearestSide(square, { x: 0.25, y: 0.3 }, wide).side).toBe(0);
  });

  test("overlap of polygons is near the exact value", () => {
    const half = [
      { x: 0.2, y: 0.2 },
      { x: 0.5, y: 0.2 },
      { x: 0.5, y: 0.8 },
      { x: 0.2, y: 0.8 },
    ];
    expect(polygonOverlap(square, half)).toBeCloseTo(0.5, 2);
    expect(polygonOverlap(square, square)).toBe(1);
  });
});
