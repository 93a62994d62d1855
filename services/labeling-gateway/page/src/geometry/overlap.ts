// Overlap of two polygons, measured on a grid over both: exact enough to compare votes, for any outline.

import { boxOverlap } from "./boxes";
import { polygonBounds, polygonContains, type Polygon } from "./polygons";

const CELLS = 48; // a side; at most 2 % off for shapes that fill their bounds

export function polygonOverlap(first: Polygon, second: Polygon): number {
  const one = polygonBounds(first);
  const two = polygonBounds(second);
  if (boxOverlap(one, two) === 0) return 0;
  const left = Math.min(one.left, two.left);
  const top = Math.min(one.top, two.top);
  const width = Math.max(one.right, two.right) - left;
  const height = Math.max(one.bottom, two.bottom) - top;
  let shared = 0;
  let either = 0;
  for (let cell = 0; cell < CELLS * CELLS; cell++) {
    const point = {
      x: left + (((cell % CELLS) + 0.5) / CELLS) * width,
      y: top + ((Math.floor(cell / CELLS) + 0.5) / CELLS) * height,
    };
    const inFirst = polygonContains(first, point);
    const inSecond = polygonContains(second, point);
    if (inFirst && inSecond) shared++;
    if (inFirst || inSecond) either++;
  }
  return either === 0 ? 0 : shared / either;
}
