import { expect, test } from "vitest";
import { letterOf } from "./keys";

test("a letter is the layout's where it has one, and else the key's place", () => {
  expect(letterOf({ key: "S", code: "KeyS" })).toBe("s");
  expect(letterOf({ key: "z", code: "KeyY" })).toBe("z"); // a German keyboard
  expect(letterOf({ key: "ы", code: "KeyS" })).toBe("s"); // a Russian one
  expect(letterOf({ key: "ß", code: "KeyS" })).toBe("s"); // Option+S on a Mac
  expect(letterOf({ key: "1", code: "Digit1" })).toBe("1");
  expect(letterOf({ key: ".", code: "Period" })).toBe(".");
  expect(letterOf({ key: "Escape", code: "Escape" })).toBe("escape");
});
