// Boxes: drawn, moved and resized, and always inside the image.

import { clampNumber, clampPoint, type Box, type Point, type Size } from "./points";

export type Side = "left" | "top" | "right" | "bottom";
export interface Handle {
  name: string;
  sides: Side[];
  place: (box: Box) => Point;
}

const middle = (low: number, high: number) => (low + high) / 2;

// Corners first: where a small box's handles overlap, the corner wins.
export const HANDLES: Handle[] = [
  { name: "upper left corner", sides: ["left", "top"], place: (box) => ({ x: box.left, y: box.top }) },
  {
    name: "lower right corner",
    sides: ["right", "bottom"],
    place: (box) => ({ x: box.right, y: box.bottom }),
  },
  { name: "upper right corner", sides: ["right", "top"], place: (box) => ({ x: box.right, y: box.top }) },
  { name: "lower left corner", sides: ["left", "bottom"], place: (box) => ({ x: box.left, y: box.bottom }) },
  { name: "left side", sides: ["left"], place: (box) => ({ x: box.left, y: middle(box.top, box.bottom) }) },
  {
    name: "right side",
    sides: ["right"],
    place: (box) => ({ x: box.right, y: middle(box.top, box.bottom) }),
  },
  { name: "upper side", sides: ["top"], place: (box) => ({ x: middle(box.left, box.right), y: box.top }) },
  {
    name: "lower side",
    sides: ["bottom"],
    place: (box) => ({ x: middle(box.left, box.right), y: box.bottom }),
  },
];

export function boxBetween(start: Point, end: Point): Box {
  const first = clampPoint(start);
  const second = clampPoint(end);
  return {
    left: Math.min(first.x, second.x),
    top: Math.min(first.y, second.y),
    right: Math.max(first.x, second.x),
    bottom: Math.max(first.y, second.y),
  };
}

// Grow a box to the least size, inside the image.
export function growBox(box: Box, least: Size): Box {
  const left = Math.min(box.left, 1 - least.width);
  const top = Math.min(box.top, 1 - least.height);
  return {
    left,
    top,
    right: Math.max(box.right, left + least.width),
    bottom: Math.max(box.bottom, top + least.height),
  };
}

export function moveBox(box: Box, dx: number, dy: number): Box {
  const x = clampNumber(dx, -box.left, 1 - box.right);
  const y = clampNumber(dy, -box.top, 1 - box.bottom);
  return { left: box.left + x, top: box.top + y, right: box.right + x, bottom: box.bottom + y };
}

// Move the handle's sides to the point. They stop at the image's edge and at the opposite side.
export function resizeBox(box: Box, handle: Handle, point: Point, least: Size): Box {
  const next = { ...box };
  for (const side of handle.sides) next[side] = sideValue(box, side, point, least);
  return next;
}

function sideValue(box: Box, side: Side, point: Point, least: Size): number {
  if (side === "left") return clampNumber(point.x, 0, Math.max(box.right - least.width, 0));
  if (side === "right") return clampNumber(point.x, Math.min(box.left + least.width, 1), 1);
  if (side === "top") return clampNumber(point.y, 0, Math.max(box.bottom - least.height, 0));
  return clampNumber(point.y, Math.min(box.top + least.height, 1), 1);
}

export function boxArea(box: Box): number {
  return (box.right - box.left) * (box.bottom - box.top);
}

export function boxContains(box: Box, point: Point, reach: Size = { width: 0, height: 0 }): boolean {
  return (
    point.x >= box.left - reach.width &&
    point.x <= box.right + reach.width &&
    point.y >= box.top - reach.height &&
    point.y <= box.bottom + reach.height
  );
}

// Intersection over union, 0 to 1.
export function boxOverlap(first: Box, second: Box): number {
  const width = Math.min(first.right, second.right) - Math.max(first.left, second.left);
  const height = Math.min(first.bottom, second.bottom) - Math.max(first.top, second.top);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (boxArea(first) + boxArea(second) - shared);
}
