import { describe, expect, it } from "vitest";
import type { Content, SchemaOf, Span } from "../../contract";
import { cursorAt, moveCursor, rangeOf } from "./cursor";
import { addSpan, completeSpans, cutPieces, refusal, toggleAttribute } from "./editing";
import { charactersOf, codePoints, markedText, rolesOf, snapRange, toCodePoint, wordsOf } from "./offsets";

const TEXT = "🌾 Köln and naïve 👩‍🌾 in Berlin.";
const schema: SchemaOf<"spans"> = {
  kind: "spans",
  classes: [{ name: "place" }, { name: "x" }],
  overlapping: false,
};
const slice = (start: number, end: number) => codePoints(TEXT).slice(start, end).join("");

describe("offsets", () => {
  it("count code points, not UTF-16 units", () => {
    expect(toCodePoint(TEXT, TEXT.indexOf("Köln"))).toBe(2);
    expect(toCodePoint(TEXT, 1)).toBe(0); // in the middle of the ear of wheat
  });
  it("find words and what people see as one character", () => {
    expect(wordsOf(TEXT).map((word) => slice(word.start, word.end))).toContain("Köln");
    expect(charactersOf(TEXT).map((one) => slice(one.start, one.end))).toContain("👩‍🌾");
  });
  it("grow a selection to whole words and drop one of spaces alone", () => {
    expect(snapRange({ start: 3, end: 4 }, wordsOf(TEXT))).toEqual({ start: 2, end: 6 });
    expect(snapRange({ start: 6, end: 7 }, wordsOf(TEXT))).toBeNull();
  });
  it("cover the text: units lie in order and never overlap", () => {
    for (const units of [wordsOf(TEXT), charactersOf(TEXT)]) {
      units.slice(1).forEach((unit, index) => expect(unit.start).toBeGreaterThanOrEqual(units[index]!.end));
      expect(units.at(-1)!.end).toBe(codePoints(TEXT).length);
    }
  });
});

describe("a conversation", () => {
  const talk: Content = {
    kind: "conversation",
    turns: [
      { role: "user", text: "🌾?" },
      { role: "assistant", text: "Wheat." },
    ],
  };
  it("is marked in its turns, a line for each, and its roles are found there", () => {
    const text = markedText(talk);
    expect(text).toBe("user: 🌾?\nassistant: Wheat.");
    const names = rolesOf(talk).map((role) => codePoints(text).slice(role.start, role.end).join(""));
    expect(names).toEqual(["user:", "assistant:"]);
    const pieces = cutPieces(text, [], null, rolesOf(talk));
    expect(pieces.filter((piece) => piece.isRole).map((piece) => piece.text)).toEqual(names);
  });
});

describe("the cursor", () => {
  const words = wordsOf(TEXT);
  it("starts at the first word, moves, extends and stops at the end", () => {
    const first = moveCursor(null, 1, false, words.length)!;
    const second = moveCursor(first, 1, false, words.length)!;
    const both = moveCursor(second, 1, true, words.length)!;
    expect(slice(rangeOf(both, words).start, rangeOf(both, words).end)).toBe("Köln and");
    expect(moveCursor(both, 99, false, words.length)!.head).toBe(words.length - 1);
    expect(moveCursor(null, 1, false, 0)).toBeNull();
  });
  it("stays at its place between words and characters", () => {
    const cursor = cursorAt({ start: 2, end: 6 }, charactersOf(TEXT))!;
    expect(rangeOf(cursor, charactersOf(TEXT))).toEqual({ start: 2, end: 6 });
  });
});

describe("spans", () => {
  const spans = addSpan([], TEXT, "place", { start: 2, end: 6 });
  it("hold the text that they cover", () => {
    expect(spans).toEqual([{ label: "place", start: 2, end: 6, text: "Köln", attributes: [] }]);
    expect(completeSpans(schema, spans, TEXT)).toBe(true);
    expect(completeSpans(schema, [{ ...spans[0]!, text: "Bonn" }], TEXT)).toContain("not at its place");
    expect(completeSpans(schema, [{ ...spans[0]!, label: "gone" }], TEXT)).toContain("guideline");
  });
  it("are refused where they repeat, overlap or are too many", () => {
    expect(refusal(schema, spans, "place", { start: 2, end: 6 })).toContain("already");
    expect(refusal(schema, spans, "x", { start: 5, end: 9 })).toContain("overlap");
    expect(refusal({ ...schema, overlapping: true }, spans, "x", { start: 5, end: 9 })).toBe("");
    expect(refusal({ ...schema, most: 1 }, spans, "x", { start: 9, end: 10 })).toContain("At most 1");
  });
  it("cut the text into pieces that are the text again", () => {
    const more: Span[] = addSpan(spans, TEXT, "x", { start: 4, end: 10 });
    const pieces = cutPieces(TEXT, more, { start: 5, end: 7 });
    expect(pieces.map((piece) => piece.text).join("")).toBe(TEXT);
    expect(pieces.find((piece) => piece.start === 5)!.spans).toHaveLength(2);
    expect(pieces.filter((piece) => piece.isSelected).map((piece) => piece.text)).toEqual(["n", " "]);
  });
  it("switch attributes", () => {
    const changed = toggleAttribute(spans, spans[0]!, "negated");
    expect(changed[0]!.attributes).toEqual(["negated"]);
    expect(toggleAttribute(changed, changed[0]!, "negated")[0]!.attributes).toEqual([]);
  });
});
