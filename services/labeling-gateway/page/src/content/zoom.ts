// Zoom and pan of a picture in its frame: a scale of at least 1, and an offset in pixels of the frame.

export interface Place {
  scale: number;
  x: number;
  y: number;
}
interface Size {
  width: number;
  height: number;
}

export const FIT: Place = { scale: 1, x: 0, y: 0 };
const MOST = 12;

const clamp = (value: number, low: number, high: number) => Math.min(high, Math.max(low, value));

// Keep the picture over the whole frame.
function inside(place: Place, frame: Size): Place {
  const x = clamp(place.x, frame.width * (1 - place.scale), 0);
  const y = clamp(place.y, frame.height * (1 - place.scale), 0);
  return { scale: place.scale, x: x || 0, y: y || 0 };
}

/** Return the place after zooming by `factor`, with the point `at` of the frame where it was. */
export function zoomAt(place: Place, factor: number, at: { x: number; y: number }, frame: Size): Place {
  const scale = clamp(place.scale * factor, 1, MOST);
  const ratio = scale / place.scale;
  const moved = { scale, x: at.x - (at.x - place.x) * ratio, y: at.y - (at.y - place.y) * ratio };
  return inside(moved, frame);
}

export function moveBy(place: Place, dx: number, dy: number, frame: Size): Place {
  return inside({ scale: place.scale, x: place.x + dx, y: place.y + dy }, frame);
}
