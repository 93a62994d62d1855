import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boxBetween, growBox } from "../geometry/boxes";
import { BOXES } from "../geometry/kinds";
import { BOX_CODEC, POLYGON_CODEC, countLabels, itemName } from "./items";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const label = fc.constantFrom("rockfish", "sponge");
const attributes = fc.subarray(["occluded", "cut off"]);
const point = fc.record({ x: share, y: share });
const image = { width: 640, height: 480 };
const least = { width: 1 / 640, height: 1 / 480 };
const boxes = fc.array(
  fc.record({
    label,
    attributes,
    shape: fc.tuple(point, point).map(([a, b]) => growBox(boxBetween(a, b), least)),
  }),
);
const polygons = fc.array(
  fc.record({ label, attributes, shape: fc.array(point, { minLength: 3, maxLength: 9 }) }),
);

describe("answers", () => {
  test("every answer of boxes is valid and round-trips", () => {
    fc.assert(
      fc.property(boxes, (items) => {
        const answer = BOX_CODEC.write(items, image);
        for (const box of answer.boxes) {
          expect(box.left).toBeLessThan(box.right);
          expect(box.top).toBeLessThan(box.bottom);
          expect(Math.min(box.left, box.top)).toBeGreaterThanOrEqual(0);
          expect(Math.max(box.right, box.bottom)).toBeLessThanOrEqual(1);
        }
        expect(BOX_CODEC.write(BOX_CODEC.read(answer), image)).toEqual(answer);
      }),
    );
  });

  test("every answer of polygons round-trips", () => {
    fc.assert(
      fc.property(polygons, (items) => {
        const answer = POLYGON_CODEC.write(items, image);
        expect(POLYGON_CODEC.write(POLYGON_CODEC.read(answer), image)).toEqual(answer);
      }),
    );
  });

  test("objects have names for people", () => {
    const items = [
      { label: "rockfish", attributes: [], shape: growBox({ left: 0, top: 0, right: 0, bottom: 0 }, least) },
      {
        label: "sponge",
        attributes: ["occluded"],
        shape: growBox({ left: 0, top: 0, right: 0, bottom: 0 }, least),
      },
    ];
    expect(itemName(BOXES, items, 1)).toBe("sponge, box 2 of 2, occluded");
    expect(countLabels([{ label: "a" }, { label: "b" }, { label: "a" }])).toBe("2 a, 1 b");
  });
});
