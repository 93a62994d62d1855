// Polygons: points in order, closed from the last to the first, inside the image.

import { clampNumber, clampPoint, type Box, type Point, type Size } from "./points";

export type Polygon = Point[];
export const LEAST_POINTS = 3;
export const MOST_POINTS = 1000;

export function polygonBounds(points: Polygon): Box {
  const box: Box = { left: 1, top: 1, right: 0, bottom: 0 };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x);
    box.top = Math.min(box.top, y);
    box.right = Math.max(box.right, x);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

export function movePolygon(points: Polygon, dx: number, dy: number): Polygon {
  const bounds = polygonBounds(points);
  const x = clampNumber(dx, -bounds.left, 1 - bounds.right);
  const y = clampNumber(dy, -bounds.top, 1 - bounds.bottom);
  return points.map((point) => clampPoint({ x: point.x + x, y: point.y + y }));
}

export function movePoint(points: Polygon, index: number, to: Point): Polygon {
  return points.map((point, at) => (at === index ? clampPoint(to) : point));
}

// Insert a point on the side that begins at `side`.
export function insertPoint(points: Polygon, side: number, point: Point): Polygon {
  if (points.length >= MOST_POINTS) return points;
  return [...points.slice(0, side + 1), clampPoint(point), ...points.slice(side + 1)];
}

// Delete a point; the last three stay.
export function deletePoint(points: Polygon, index: number): Polygon {
  if (points.length <= LEAST_POINTS) return points;
  return points.filter((_, at) => at !== index);
}

export function sideMiddle(points: Polygon, side: number): Point {
  const start = points[side]!;
  const end = points[(side + 1) % points.length]!;
  return { x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 };
}

export function polygonArea(points: Polygon): number {
  let twice = 0;
  points.forEach((point, at) => {
    const next = points[(at + 1) % points.length]!;
    twice += point.x * next.y - next.x * point.y;
  });
  return Math.abs(twice) / 2;
}

// Even-odd rule.
export function polygonContains(points: Polygon, { x, y }: Point): boolean {
  let inside = false;
  for (let at = 0, before = points.length - 1; at < points.length; before = at++) {
    const a = points[at]!;
    const b = points[before]!;
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}

// The side nearest to the point and its distance, in units of `reach` (1 is just within reach).
export function nearestSide(
  points: Polygon,
  point: Point,
  reach: Size,
): { side: number; distance: number; point: Point } {
  let best = { side: 0, distance: Infinity, point };
  points.forEach((start, side) => {
    const foot = footOnSide(start, points[(side + 1) % points.length]!, point, reach);
    const distance = Math.hypot((foot.x - point.x) / reach.width, (foot.y - point.y) / reach.height);
    if (distance < best.distance) best = { side, distance, point: foot };
  });
  return best;
}

function footOnSide(start: Point, end: Point, point: Point, reach: Size): Point {
  const ux = (end.x - start.x) / reach.width;
  const uy = (end.y - start.y) / reach.height;
  const length = ux * ux + uy * uy;
  if (length === 0) return start;
  const along =
    (((point.x - start.x) / reach.width) * ux + ((point.y - start.y) / reach.height) * uy) / length;
  const share = clampNumber(along, 0, 1);
  return { x: start.x + share * (end.x - start.x), y: start.y + share * (end.y - start.y) };
}
