// Zoom and pan: where the image's pixels are on the screen. Screen points are relative to the frame's corner.

import { clampNumber, type Box, type Point, type Size } from "./points";

export interface View {
  scale: number; // screen pixels for each pixel of the image
  x: number; // where the image's left edge is
  y: number;
}

export const MARGIN = 16; // room around the image to grab an object at its edge
const MOST_SCALE = 40;

export function fitScale(image: Size, frame: Size): number {
  const width = Math.max(frame.width - 2 * MARGIN, 1);
  const height = Math.max(frame.height - 2 * MARGIN, 1);
  return Math.min(width / image.width, height / image.height);
}

export function fitView(image: Size, frame: Size): View {
  return holdView({ scale: fitScale(image, frame), x: 0, y: 0 }, image, frame);
}

// Zoom by a factor while the image's point below `at` stays there.
export function zoomView(view: View, at: Point, factor: number, image: Size, frame: Size): View {
  const least = fitScale(image, frame);
  const scale = clampNumber(view.scale * factor, least, Math.max(least, MOST_SCALE));
  const ratio = scale / view.scale;
  return holdView(
    { scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio },
    image,
    frame,
  );
}

export function panView(view: View, dx: number, dy: number, image: Size, frame: Size): View {
  return holdView({ scale: view.scale, x: view.x + dx, y: view.y + dy }, image, frame);
}

// Keep the image in the frame: centred where it is smaller, without gaps beyond the margin where it is larger.
export function holdView(view: View, image: Size, frame: Size): View {
  return {
    scale: view.scale,
    x: holdOffset(view.x, image.width * view.scale, frame.width),
    y: holdOffset(view.y, image.height * view.scale, frame.height),
  };
}

function holdOffset(offset: number, length: number, room: number): number {
  if (length <= room - 2 * MARGIN) return (room - length) / 2;
  return clampNumber(offset, room - MARGIN - length, MARGIN);
}

export function toRelative(view: View, screen: Point, image: Size): Point {
  return {
    x: (screen.x - view.x) / (image.width * view.scale),
    y: (screen.y - view.y) / (image.height * view.scale),
  };
}

export function toScreen(view: View, point: Point, image: Size): Point {
  return { x: view.x + point.x * image.width * view.scale, y: view.y + point.y * image.height * view.scale };
}

// A length on the screen, as relative lengths in x and y.
export function relativeReach(view: View, pixels: number, image: Size): Size {
  return { width: pixels / (image.width * view.scale), height: pixels / (image.height * view.scale) };
}

// The part of the image that the frame shows.
export function visibleBox(view: View, image: Size, frame: Size): Box {
  const start = toRelative(view, { x: 0, y: 0 }, image);
  const end = toRelative(view, { x: frame.width, y: frame.height }, image);
  return {
    left: clampNumber(start.x, 0, 1),
    top: clampNumber(start.y, 0, 1),
    right: clampNumber(end.x, 0, 1),
    bottom: clampNumber(end.y, 0, 1),
  };
}

// Pan as little as possible so that the box is in the frame, for keyboard work on a zoomed image.
export function revealBox(view: View, box: Box, image: Size, frame: Size): View {
  const start = toScreen(view, { x: box.left, y: box.top }, image);
  const end = toScreen(view, { x: box.right, y: box.bottom }, image);
  return panView(
    view,
    revealShift(start.x, end.x, frame.width),
    revealShift(start.y, end.y, frame.height),
    image,
    frame,
  );
}

function revealShift(start: number, end: number, room: number): number {
  if (end - start > room - 2 * MARGIN)
    return start > room - MARGIN ? room - MARGIN - start : Math.max(MARGIN - end, 0);
  return Math.max(MARGIN - start, 0) || Math.min(room - MARGIN - end, 0);
}
