import { describe, expect, test } from "vitest";
import { isClaimed, letterHint, readPress } from "./keys";

const press = { code: "", shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
const plain = [{ name: "rockfish" }, { name: "sponge" }];
const dog = [{ name: "dog", shortcut: "d" }];
const many = Array.from({ length: 40 }, (_, index) => ({ name: `class ${index}` }));

describe("keys of the editor", () => {
  test("a letter is a command unless a class has it; Alt always reaches the command", () => {
    expect(readPress({ ...press, key: "d" }, plain)).toEqual({ command: "duplicate" });
    expect(readPress({ ...press, key: "d" }, dog)).toBeNull();
    expect(readPress({ ...press, key: "d", altKey: true }, dog)).toEqual({ command: "duplicate" });
    expect(readPress({ ...press, key: "∂", code: "KeyD", altKey: true }, dog)).toEqual({
      command: "duplicate",
    }); // a Mac
    expect(letterHint("d", dog)).toBe("Alt+D");
    expect(letterHint("n", dog)).toBe("N");
  });

  test("with many classes every letter goes to the filter", () => {
    expect(isClaimed("n", many)).toBe(true);
    expect(readPress({ ...press, key: "n" }, many)).toBeNull();
  });

  test("undo, redo and attributes", () => {
    expect(readPress({ ...press, key: "z", ctrlKey: true }, plain)).toEqual({ command: "undo" });
    expect(readPress({ ...press, key: "Z", ctrlKey: true, shiftKey: true }, plain)).toEqual({
      command: "redo",
    });
    expect(readPress({ ...press, key: "!", code: "Digit1", shiftKey: true }, plain)).toEqual({
      attribute: 0,
    });
    expect(readPress({ ...press, key: "1", code: "Digit1" }, plain)).toBeNull();
  });
});
