// Whether a polygon's sides cross or touch each other: such a polygon has no clear inside.

import type { Point } from "./points";
import type { Polygon } from "./polygons";

// Twice the signed area of the triangle: its sign is the side of the line a-b on which c lies.
function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

function isBetween(a: Point, b: Point, c: Point): boolean {
  return (
    Math.min(a.x, b.x) <= c.x &&
    c.x <= Math.max(a.x, b.x) &&
    Math.min(a.y, b.y) <= c.y &&
    c.y <= Math.max(a.y, b.y)
  );
}

export function sidesMeet(a: Point, b: Point, c: Point, d: Point): boolean {
  const abc = Math.sign(turn(a, b, c));
  const abd = Math.sign(turn(a, b, d));
  const cda = Math.sign(turn(c, d, a));
  const cdb = Math.sign(turn(c, d, b));
  if (abc * abd < 0 && cda * cdb < 0) return true;
  return (
    (abc === 0 && isBetween(a, b, c)) ||
    (abd === 0 && isBetween(a, b, d)) ||
    (cda === 0 && isBetween(c, d, a)) ||
    (cdb === 0 && isBetween(c, d, b))
  );
}

// Return the two sides that meet first, or null. A side is named by the index of its first point.
export function crossingSides(points: Polygon): [number, number] | null {
  const count = points.length;
  for (let first = 0; first < count; first++) {
    for (let second = first + 2; second < count; second++) {
      if (first === 0 && second === count - 1) continue; // neighbours share a point
      if (sidesMeet(points[first]!, points[first + 1]!, points[second]!, points[(second + 1) % count]!)) {
        return [first, second];
      }
    }
  }
  return null;
}
