// Arrow keys: one pixel of the image, ten with Shift, a twentieth of what is visible with Ctrl or Command.

import type { Box, Point, Size } from "./points";

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};
const VISIBLE_SHARE = 1 / 20;

export interface KeyPress {
  key: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
}

// The move of a key press in relative coordinates, or null where the key is not an arrow.
export function arrowStep(press: KeyPress, image: Size, visible: Box): Point | null {
  const arrow = ARROWS[press.key];
  if (!arrow) return null;
  const [x, y] = arrow;
  if (press.ctrlKey || press.metaKey) {
    const width = (visible.right - visible.left) * VISIBLE_SHARE;
    const height = (visible.bottom - visible.top) * VISIBLE_SHARE;
    return { x: x * width, y: y * height };
  }
  const pixels = press.shiftKey ? 10 : 1;
  return { x: (x * pixels) / image.width, y: (y * pixels) / image.height };
}
