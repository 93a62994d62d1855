// Points, sizes and boxes. Coordinates are relative to the image: 0 to 1, x to the right, y down.

export interface Point {
  x: number;
  y: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const IMAGE_BOX: Box = { left: 0, top: 0, right: 1, bottom: 1 };

export function clampNumber(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

export function clampPoint(point: Point): Point {
  return { x: clampNumber(point.x, 0, 1), y: clampNumber(point.y, 0, 1) };
}

// The answer's precision: qa compares answers after the same rounding.
export function roundNumber(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}

export function pixelSize(image: Size): Size {
  return { width: 1 / image.width, height: 1 / image.height };
}
