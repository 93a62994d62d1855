// Snapping: a line near the image's edge or near another object's edge jumps to it.

import { IMAGE_BOX, type Box, type Point, type Size } from "./points";

export interface Lines {
  x: number[];
  y: number[];
}

export function snapLines(others: Box[]): Lines {
  const boxes = [IMAGE_BOX, ...others];
  return {
    x: boxes.flatMap((box) => [box.left, box.right]),
    y: boxes.flatMap((box) => [box.top, box.bottom]),
  };
}

// The shift to the nearest line within reach, or 0.
export function snapShift(value: number, lines: number[], reach: number): number {
  let best = 0;
  let distance = reach;
  for (const line of lines) {
    if (Math.abs(line - value) <= distance) {
      distance = Math.abs(line - value);
      best = line - value;
    }
  }
  return best;
}

export function snapPoint(point: Point, lines: Lines, reach: Size): Point {
  return {
    x: point.x + snapShift(point.x, lines.x, reach.width),
    y: point.y + snapShift(point.y, lines.y, reach.height),
  };
}

// Change a move so that the nearer of two opposite sides ends on a line.
export function snapMove(box: Box, dx: number, dy: number, lines: Lines, reach: Size): Point {
  return {
    x: dx + nearerShift(box.left + dx, box.right + dx, lines.x, reach.width),
    y: dy + nearerShift(box.top + dy, box.bottom + dy, lines.y, reach.height),
  };
}

function nearerShift(low: number, high: number, lines: number[], reach: number): number {
  const shifts = [snapShift(low, lines, reach), snapShift(high, lines, reach)].filter((shift) => shift !== 0);
  return shifts.length === 0 ? 0 : shifts.reduce((a, b) => (Math.abs(b) < Math.abs(a) ? b : a));
}
