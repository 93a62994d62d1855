// What is a box's own in the editor of shapes.
import { BOXES } from "../../geometry/kinds";
import type { Box } from "../../geometry/points";
import { BOX_CODEC, type BoxesAnswer } from "../../shapes/items";
import type { ShapeType } from "../../shapes/kinds";

export const BOX: ShapeType<Box, BoxesAnswer> = {
  kind: BOXES,
  codec: BOX_CODEC,
  hint:
    "Tab goes through the boxes. N places a box in the middle of the view. Arrow keys move it by one pixel, " +
    "with Shift by ten, with Ctrl by a twentieth of the view. Full stop and comma choose the side or corner " +
    "that arrow keys move. Plus, minus and 0 zoom.",
};
