// What lies below the pointer.

import { boxContains } from "./boxes";
import type { Part, ShapeKind } from "./kinds";
import type { Point, Size } from "./points";

// The nearest part within reach, or -1. The earlier part wins a tie.
export function hitPart(parts: Part[], point: Point, reach: Size): number {
  let best = -1;
  let distance = 1;
  parts.forEach((part, index) => {
    const away = Math.hypot((part.point.x - point.x) / reach.width, (part.point.y - point.y) / reach.height);
    if (away < distance || (away === distance && best < 0)) {
      best = index;
      distance = away;
    }
  });
  return best;
}

// The smallest shape below the pointer, or -1: a small object on a large one can always be reached.
export function hitShape<S>(kind: ShapeKind<S>, shapes: S[], point: Point, reach: Size): number {
  let best = -1;
  let area = Infinity;
  shapes.forEach((shape, index) => {
    if (!boxContains(kind.bounds(shape), point, reach)) return;
    if (!kind.contains(shape, point) && kind.edgeDistance(shape, point, reach) > 1) return;
    if (kind.area(shape) < area) {
      best = index;
      area = kind.area(shape);
    }
  });
  return best;
}
