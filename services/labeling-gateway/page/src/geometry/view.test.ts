import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  MARGIN,
  fitScale,
  fitView,
  panView,
  relativeReach,
  revealBox,
  toRelative,
  toScreen,
  zoomView,
} from "./view";

const size = fc.record({
  width: fc.integer({ min: 8, max: 8000 }),
  height: fc.integer({ min: 8, max: 8000 }),
});
const frame = fc.record({
  width: fc.integer({ min: 200, max: 2000 }),
  height: fc.integer({ min: 200, max: 2000 }),
});
const place = fc.record({ x: fc.integer({ min: 0, max: 2000 }), y: fc.integer({ min: 0, max: 2000 }) });
const factor = fc.double({ min: 0.05, max: 20, noNaN: true });
const shift = fc.integer({ min: -9000, max: 9000 });

describe("view", () => {
  test("a point goes to the screen and back", () => {
    fc.assert(
      fc.property(size, frame, place, factor, (image, room, at, zoom) => {
        const view = zoomView(fitView(image, room), at, zoom, image, room);
        const back = toScreen(view, toRelative(view, at, image), image);
        expect(back.x).toBeCloseTo(at.x, 5);
        expect(back.y).toBeCloseTo(at.y, 5);
      }),
    );
  });

  test("however one zooms and pans, the picture stays in the frame", () => {
    fc.assert(
      fc.property(size, frame, place, factor, shift, shift, (image, room, at, zoom, dx, dy) => {
        const view = panView(zoomView(fitView(image, room), at, zoom, image, room), dx, dy, image, room);
        expect(view.scale).toBeGreaterThanOrEqual(fitScale(image, room) * 0.999999);
        expect(view.x + image.width * view.scale).toBeGreaterThanOrEqual(MARGIN);
        expect(view.x).toBeLessThanOrEqual(room.width - MARGIN);
        expect(view.y + image.height * view.scale).toBeGreaterThanOrEqual(MARGIN);
        expect(view.y).toBeLessThanOrEqual(room.height - MARGIN);
      }),
    );
  });

  test("the point below the pointer stays there while a large picture is zoomed", () => {
    const image = { width: 6000, height: 4000 };
    const room = { width: 900, height: 600 };
    const view = zoomView(fitView(image, room), { x: 450, y: 300 }, 6, image, room);
    const before = toRelative(view, { x: 300, y: 200 }, image);
    const after = toRelative(zoomView(view, { x: 300, y: 200 }, 1.5, image, room), { x: 300, y: 200 }, image);
    expect(after.x).toBeCloseTo(before.x, 9);
    expect(after.y).toBeCloseTo(before.y, 9);
  });

  test("a box outside the frame is brought into it", () => {
    const image = { width: 6000, height: 4000 };
    const room = { width: 900, height: 600 };
    const view = zoomView(fitView(image, room), { x: 0, y: 0 }, 8, image, room);
    const box = { left: 0.9, top: 0.9, right: 0.93, bottom: 0.93 };
    const seen = revealBox(view, box, image, room);
    const corner = toScreen(seen, { x: box.right, y: box.bottom }, image);
    expect(corner.x).toBeLessThanOrEqual(room.width);
    expect(corner.y).toBeLessThanOrEqual(room.height);
    expect(toScreen(seen, { x: box.left, y: box.top }, image).x).toBeGreaterThanOrEqual(0);
  });

  test("reach is the same on the screen in both directions", () => {
    const reach = relativeReach({ scale: 0.5, x: 0, y: 0 }, 10, { width: 2000, height: 100 });
    expect(reach.width * 2000 * 0.5).toBeCloseTo(10);
    expect(reach.height * 100 * 0.5).toBeCloseTo(10);
  });
});
