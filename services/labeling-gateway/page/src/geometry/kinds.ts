// What the editors need to know of a kind of shape; boxes and polygons differ only here.

import { HANDLES, boxArea, boxContains, boxOverlap, moveBox, resizeBox } from "./boxes";
import { crossingSides } from "./crossings";
import type { Box, Point, Size } from "./points";
import {
  movePoint,
  movePolygon,
  nearestSide,
  polygonArea,
  polygonBounds,
  polygonContains,
  type Polygon,
} from "./polygons";
import { polygonOverlap } from "./overlap";

export interface Part {
  name: string; // for people: "upper left corner", "point 2 of 5"
  point: Point;
}

export interface ShapeKind<S> {
  noun: string;
  plural: string;
  bounds: (shape: S) => Box;
  area: (shape: S) => number;
  contains: (shape: S, point: Point) => boolean;
  edgeDistance: (shape: S, point: Point, reach: Size) => number; // 1 is just within reach
  move: (shape: S, dx: number, dy: number) => S;
  parts: (shape: S) => Part[];
  movePart: (shape: S, part: number, to: Point, least: Size) => S;
  outline: (shape: S, image: Size) => string; // path data in pixels of the image
  overlap: (first: S, second: S) => number; // intersection over union
  problem: (shape: S) => string | null;
}

const corners = (box: Box): Polygon => [
  { x: box.left, y: box.top },
  { x: box.right, y: box.top },
  { x: box.right, y: box.bottom },
  { x: box.left, y: box.bottom },
];

export function outlinePath(points: Point[], image: Size, closed = true): string {
  const places = points.map(({ x, y }) => `${x * image.width} ${y * image.height}`);
  return `M${places.join("L")}${closed ? "Z" : ""}`;
}

export const BOXES: ShapeKind<Box> = {
  noun: "box",
  plural: "boxes",
  bounds: (box) => box,
  area: boxArea,
  contains: (box, point) => boxContains(box, point),
  edgeDistance: (box, point, reach) => nearestSide(corners(box), point, reach).distance,
  move: moveBox,
  parts: (box) => HANDLES.map(({ name, place }) => ({ name, point: place(box) })),
  movePart: (box, part, to, least) => resizeBox(box, HANDLES[part]!, to, least),
  outline: (box, image) => outlinePath(corners(box), image),
  overlap: boxOverlap,
  problem: () => null,
};

export const POLYGONS: ShapeKind<Polygon> = {
  noun: "polygon",
  plural: "polygons",
  bounds: polygonBounds,
  area: polygonArea,
  contains: polygonContains,
  edgeDistance: (points, point, reach) => nearestSide(points, point, reach).distance,
  move: movePolygon,
  parts: (points) => points.map((point, at) => ({ name: `point ${at + 1} of ${points.length}`, point })),
  movePart: movePoint,
  outline: (points, image) => outlinePath(points, image),
  overlap: polygonOverlap,
  problem: (points) => (crossingSides(points) ? "Its outline crosses itself." : null),
};
