import { expect, test } from "vitest";
import { shownPart } from "./parts";

const media = { url: "/whole", thumbnail: null, width: 640, height: 480 };
const cropped = { url: "/part", thumbnail: null, width: 90, height: 77 };
const crop = { left: 0.2, top: 0.25, right: 0.34, bottom: 0.41 };

test("a crop is shown alone, and on demand within its image", () => {
  const content = { media, crop, cropped };
  expect(shownPart(content, false)).toEqual({ picture: cropped, outline: null, isPart: true });
  expect(shownPart(content, true)).toEqual({ picture: media, outline: crop, isPart: false });
});

test("without a picture of its own, a crop is outlined on its image", () => {
  expect(shownPart({ media, crop }, false)).toEqual({ picture: media, outline: crop, isPart: false });
  expect(shownPart({ media: null, crop, cropped: null }, false).picture).toBeNull();
});

test("a whole image has no outline", () => {
  expect(shownPart({ media }, false)).toEqual({ picture: media, outline: null, isPart: false });
});
