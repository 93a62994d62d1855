import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CASING, LEAST_CONTRAST, PALETTE, contrastRatio, lightenColour } from "./colours";
import { hitPart, hitShape } from "./hits";
import { BOXES, POLYGONS } from "./kinds";
import { groupShapes } from "./matching";
import { snapLines, snapMove, snapPoint } from "./snapping";
import { arrowStep } from "./steps";

const colour = fc
  .integer({ min: 0, max: 0xffffff })
  .map((value) => `#${value.toString(16).padStart(6, "0")}`);
const big = { left: 0.1, top: 0.1, right: 0.9, bottom: 0.9 };
const small = { left: 0.4, top: 0.4, right: 0.5, bottom: 0.5 };
const reach = { width: 0.01, height: 0.01 };

describe("hits", () => {
  test("the smaller of two shapes below the pointer is taken", () => {
    expect(hitShape(BOXES, [big, small], { x: 0.45, y: 0.45 }, reach)).toBe(1);
    expect(hitShape(BOXES, [small, big], { x: 0.2, y: 0.2 }, reach)).toBe(1);
    expect(hitShape(BOXES, [small, big], { x: 0.95, y: 0.2 }, reach)).toBe(-1);
  });

  test("a pointer just outside an edge still takes the shape", () => {
    expect(hitShape(BOXES, [small], { x: 0.505, y: 0.45 }, reach)).toBe(0);
    const triangle = [
      { x: 0.1, y: 0.1 },
      { x: 0.5, y: 0.1 },
      { x: 0.1, y: 0.5 },
    ];
    expect(hitShape(POLYGONS, [triangle], { x: 0.302, y: 0.302 }, reach)).toBe(0);
    expect(hitShape(POLYGONS, [triangle], { x: 0.4, y: 0.4 }, reach)).toBe(-1);
  });

  test("the nearest handle within reach is taken", () => {
    expect(hitPart(BOXES.parts(small), { x: 0.405, y: 0.402 }, reach)).toBe(0);
    expect(hitPart(BOXES.parts(small), { x: 0.45, y: 0.45 }, reach)).toBe(-1);
  });
});

describe("snapping", () => {
  test("a point near the image's edge or another box goes to it", () => {
    const lines = snapLines([small]);
    expect(snapPoint({ x: 0.004, y: 0.505 }, lines, reach)).toEqual({ x: 0, y: 0.5 });
    expect(snapPoint({ x: 0.2, y: 0.3 }, lines, reach)).toEqual({ x: 0.2, y: 0.3 });
  });

  test("a move snaps the nearer of two opposite sides", () => {
    const moved = snapMove({ left: 0.6, top: 0.6, right: 0.7, bottom: 0.7 }, 0.296, 0, snapLines([]), reach);
    expect(0.7 + moved.x).toBeCloseTo(1, 9);
  });
});

describe("keyboard steps", () => {
  const image = { width: 200, height: 100 };
  const visible = { left: 0, top: 0, right: 0.5, bottom: 0.5 };
  const press = { shiftKey: false, ctrlKey: false, metaKey: false };

  test("an arrow moves one pixel, ten with Shift, a twentieth of the view with Ctrl", () => {
    expect(arrowStep({ ...press, key: "ArrowRight" }, image, visible)).toEqual({ x: 0.005, y: 0 });
    expect(arrowStep({ ...press, key: "ArrowUp", shiftKey: true }, image, visible)).toEqual({
      x: 0,
      y: -0.1,
    });
    expect(arrowStep({ ...press, key: "ArrowDown", ctrlKey: true }, image, visible)).toEqual({
      x: 0,
      y: 0.025,
    });
    expect(arrowStep({ ...press, key: "a" }, image, visible)).toBeNull();
  });
});

describe("colours", () => {
  test("line or casing has at least 3:1 against every background, for every colour of a schema", () => {
    fc.assert(
      fc.property(colour, colour, (asked, background) => {
        const line = lightenColour(asked);
        const best = Math.max(contrastRatio(line, background), contrastRatio(CASING, background));
        expect(best).toBeGreaterThanOrEqual(3);
      }),
    );
  });

  test("every colour of the palette has contrast with its casing", () => {
    for (const item of PALETTE) expect(contrastRatio(item, CASING)).toBeGreaterThanOrEqual(LEAST_CONTRAST);
    expect(new Set(PALETTE).size).toBe(PALETTE.length);
  });
});

describe("matching of votes", () => {
  const near = { left: 0.41, top: 0.4, right: 0.51, bottom: 0.5 };

  test("shapes that overlap are one object, another is alone, and a different class shows", () => {
    const groups = groupShapes(BOXES, [
      { voter: 0, index: 0, label: "cat", shape: small },
      { voter: 0, index: 1, label: "cat", shape: big },
      { voter: 1, index: 0, label: "dog", shape: near },
    ]);
    expect(groups.map((group) => group.members.length).sort()).toEqual([1, 2]);
    const pair = groups.find((group) => group.members.length === 2)!;
    expect(pair.isSameLabel).toBe(false);
    expect(pair.leastOverlap).toBeCloseTo(9 / 11, 9);
  });

  test("every shape is in exactly one group, and no group has two shapes of one voter", () => {
    const share = fc.double({ min: 0, max: 0.5, noNaN: true });
    const shapes = fc.array(fc.tuple(fc.nat(3), share, share), { maxLength: 20 });
    fc.assert(
      fc.property(shapes, (places) => {
        const voted = places.map(([voter, left, top], index) => ({
          voter,
          index,
          label: "a",
          shape: { left, top, right: left + 0.3, bottom: top + 0.3 },
        }));
        const groups = groupShapes(BOXES, voted);
        expect(
          groups.flatMap((group) => group.members.map((member) => member.index)).sort((a, b) => a - b),
        ).toEqual(voted.map((item) => item.index));
        for (const { members } of groups)
          expect(new Set(members.map((item) => item.voter)).size).toBe(members.length);
      }),
    );
  });
});
