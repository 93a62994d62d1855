// The objects of an answer as the editor works on them, and the way to the answer's JSON and back.

import type { AnswerOf, SchemaOf } from "../contract";
import { roundNumber, type Box, type Point, type Size } from "../geometry/points";
import type { Polygon } from "../geometry/polygons";
import type { ShapeKind } from "../geometry/kinds";

export type ShapeSchema = SchemaOf<"boxes"> | SchemaOf<"polygons">;
export type BoxesAnswer = AnswerOf<"boxes">;
export type PolygonsAnswer = AnswerOf<"polygons">;

export interface Item<S> {
  label: string;
  attributes: string[];
  shape: S;
}

// Reads an answer's objects, and writes an answer of objects.
export interface Codec<S, A> {
  read: (answer: A | null | undefined) => Item<S>[];
  write: (items: Item<S>[], image: Size) => A;
}

export const BOX_CODEC: Codec<Box, BoxesAnswer> = {
  read: (answer) =>
    (answer?.boxes ?? []).map(({ label, attributes, left, top, right, bottom }) => ({
      label,
      attributes: [...(attributes ?? [])],
      shape: { left, top, right, bottom },
    })),
  write: (items, { width, height }) => ({
    kind: "boxes",
    width,
    height,
    boxes: items.map(({ label, attributes, shape }) => ({
      label,
      left: roundNumber(shape.left),
      top: roundNumber(shape.top),
      right: roundNumber(shape.right),
      bottom: roundNumber(shape.bottom),
      attributes,
    })),
  }),
};

export const POLYGON_CODEC: Codec<Polygon, PolygonsAnswer> = {
  read: (answer) =>
    (answer?.polygons ?? []).map(({ label, attributes, points }) => ({
      label,
      attributes: [...(attributes ?? [])],
      shape: points.map(([x, y]) => ({ x, y })),
    })),
  write: (items, { width, height }) => ({
    kind: "polygons",
    width,
    height,
    polygons: items.map(({ label, attributes, shape }) => ({
      label,
      points: shape.map(({ x, y }: Point): [number, number] => [roundNumber(x), roundNumber(y)]),
      attributes,
    })),
  }),
};

// "rockfish, box 2 of 5, occluded": how an object is called.
export function itemName<S>(kind: ShapeKind<S>, items: Item<S>[], index: number): string {
  const { label, attributes } = items[index]!;
  return [label, `${kind.noun} ${index + 1} of ${items.length}`, ...attributes].join(", ");
}

// "2 rockfish, 1 sponge" of objects in an answer, for people.
export function countLabels(objects: { label: string }[]): string {
  const counts = new Map<string, number>();
  for (const { label } of objects) counts.set(label, (counts.get(label) ?? 0) + 1);
  return [...counts].map(([label, count]) => `${count} ${label}`).join(", ");
}
