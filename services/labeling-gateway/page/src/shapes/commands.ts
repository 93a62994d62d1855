// The deeds of keys and tools on the objects.

import { moveBox } from "../geometry/boxes";
import { LEAST_POINTS, deletePoint, insertPoint, sideMiddle, type Polygon } from "../geometry/polygons";
import type { Box, Point } from "../geometry/points";
import { pixelSize } from "../geometry/points";
import { announce, say } from "../lib/say.svelte";
import type { Gestures } from "./gestures.svelte";
import type { Work } from "./work.svelte";

// A new object in the middle of what is visible, to be moved and resized with arrow keys.
export function placeShape<S>(work: Work<S>, gestures: Gestures<S>, visible: Box): void {
  const width = (visible.right - visible.left) / 4;
  const height = (visible.bottom - visible.top) / 4;
  const x = (visible.left + visible.right) / 2;
  const y = (visible.top + visible.bottom) / 2;
  const middle = { left: x - width / 2, top: y - height / 2, right: x + width / 2, bottom: y + height / 2 };
  const box = freePlace(work, middle);
  const corners: Polygon = [
    { x: box.left, y: box.top },
    { x: box.right, y: box.top },
    { x: box.right, y: box.bottom },
    { x: box.left, y: box.bottom },
  ];
  work.add((gestures.drawsByDrag ? box : corners) as unknown as S);
}

// Beside an object in the same place: two there look like one.
function freePlace<S>(work: Work<S>, box: Box): Box {
  const pixel = pixelSize(work.image);
  const isTaken = work.items.some(({ shape }) => {
    const { left, top } = work.kind.bounds(shape);
    return Math.abs(left - box.left) < pixel.width && Math.abs(top - box.top) < pixel.height;
  });
  const next = moveBox(box, (box.right - box.left) / 6, (box.bottom - box.top) / 6);
  const isAtCorner = next.left === box.left && next.top === box.top;
  return isTaken && !isAtCorner ? freePlace(work, next) : box;
}

export function stepShape<S>(work: Work<S>, step: Point): void {
  const shape = work.current?.shape;
  if (!shape || work.isLocked) return;
  const part = work.kind.parts(shape)[work.part];
  const to = part && { x: part.point.x + step.x, y: part.point.y + step.y };
  work.nudge(
    to
      ? work.kind.movePart(shape, work.part, to, pixelSize(work.image))
      : work.kind.move(shape, step.x, step.y),
  );
  announce(describePlace(work));
}

function describePlace<S>(work: Work<S>): string {
  const { width, height } = work.image;
  const shape = work.current!.shape;
  const part = work.kind.parts(shape)[work.part];
  if (part) return `${part.name}: ${Math.round(part.point.x * width)}, ${Math.round(part.point.y * height)}`;
  const box = work.kind.bounds(shape);
  const [left, top] = [Math.round(box.left * width), Math.round(box.top * height)];
  return `left ${left}, top ${top}, ${Math.round((box.right - box.left) * width)} by ${Math.round((box.bottom - box.top) * height)} pixels`;
}

// Which part the arrow keys move: the whole object, then its corners or points in turn.
export function turnPart<S>(work: Work<S>, by: 1 | -1): void {
  if (!work.current) return;
  const parts = work.kind.parts(work.current.shape);
  const count = parts.length + 1;
  const part = ((work.part + 1 + by + count) % count) - 1;
  work.select(work.selected, part);
  announce(
    part < 0 ? `Arrow keys move the whole ${work.kind.noun}` : `Arrow keys move the ${parts[part]!.name}`,
  );
}

// Delete the chosen point of a polygon, or the whole object.
export function deletePart<S>(work: Work<S>, gestures: Gestures<S>): void {
  if (gestures.draft) return gestures.shorten();
  if (gestures.drawsByDrag || work.part < 0 || !work.current) return work.remove();
  const points = work.current.shape as unknown as Polygon;
  if (points.length <= LEAST_POINTS) return say("A polygon needs three points.", { isProblem: true });
  const part = work.part;
  work.reshape(work.selected, deletePoint(points, part) as unknown as S);
  work.select(work.selected, Math.min(part, points.length - 2));
  announce(`Deleted point ${part + 1}`);
}

// A new point after the chosen one, in the middle of that side.
export function addPoint<S>(work: Work<S>, gestures: Gestures<S>): void {
  if (gestures.drawsByDrag || !work.current) return;
  const points = work.current.shape as unknown as Polygon;
  const side = Math.max(work.part, 0);
  work.reshape(work.selected, insertPoint(points, side, sideMiddle(points, side)) as unknown as S);
  work.select(work.selected, side + 1);
  announce(`New point ${side + 2} of ${points.length + 1}`);
}
