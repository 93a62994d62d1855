// What is a polygon's own in the editor of shapes.
import { POLYGONS } from "../../geometry/kinds";
import type { Polygon } from "../../geometry/polygons";
import { POLYGON_CODEC, type PolygonsAnswer } from "../../shapes/items";
import type { ShapeType } from "../../shapes/kinds";

export const POLYGON: ShapeType<Polygon, PolygonsAnswer> = {
  kind: POLYGONS,
  codec: POLYGON_CODEC,
  hint:
    "Tab goes through the polygons. N places a polygon in the middle of the view. Arrow keys move it by one " +
    "pixel, with Shift by ten, with Ctrl by a twentieth of the view. Full stop and comma choose the point that " +
    "arrow keys move; I inserts a point after it and Delete deletes it. Plus, minus and 0 zoom.",
};
