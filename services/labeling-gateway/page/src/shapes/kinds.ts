// The kinds of shapes: what the editor and the view of votes need to know of a label type.
import type { ShapeKind } from "../geometry/kinds";
import { BOX } from "../types/boxes/shape";
import { POLYGON } from "../types/polygons/shape";
import type { Codec, ShapeSchema } from "./items";

export interface ShapeType<S, A> {
  kind: ShapeKind<S>;
  codec: Codec<S, A>;
  hint: string; // what keys do, for screen readers
}

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- a type knows its own shapes and answers */
export const shapeTypeOf = (schema: ShapeSchema): ShapeType<any, any> =>
  schema.kind === "boxes" ? BOX : POLYGON;
