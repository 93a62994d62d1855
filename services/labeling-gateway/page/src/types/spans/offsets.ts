// Offsets into a text. The gateway counts Unicode code points; a browser counts UTF-16 units: "🌾" is one and two.

import type { Content } from "../../contract";

export type Unit = "words" | "characters";

export interface Range {
  start: number;
  end: number;
}

export const codePoints = (text: string): string[] => Array.from(text);

/** Return the text that spans count in: of a conversation its turns, a line for each, as `role: text`. */
export function markedText(content: Content): string {
  const lines = (content.turns ?? []).map((turn) => `${turn.role}: ${turn.text}`);
  return content.kind === "conversation" ? lines.join("\n") : (content.text ?? "");
}

/** Return where the roles of a conversation are in its text. */
export function rolesOf(content: Content): Range[] {
  if (content.kind !== "conversation") return [];
  let at = 0;
  return (content.turns ?? []).map(({ role, text }) => {
    const start = at;
    at += codePoints(`${role}: ${text}\n`).length;
    return { start, end: start + codePoints(role).length + 1 };
  });
}

const RIGHT_TO_LEFT = /[\p{sc=Hebrew}\p{sc=Arabic}\p{sc=Syriac}\p{sc=Thaana}\p{sc=Nko}]/u;

/** Return whether the line at a code point is read from right to left, by its first letter after a role. */
export function readsLeftwards(text: string, at: number, roles: Range[] = []): boolean {
  const points = codePoints(text);
  const start = points.lastIndexOf("\n", at - 1) + 1;
  const role = roles.find((item) => item.start === start);
  const letter = points.slice(role?.end ?? start).find((point) => /[\p{L}\n]/u.test(point));
  return RIGHT_TO_LEFT.test(letter ?? "");
}

/** Return the code point at a UTF-16 offset; within a pair of surrogates, the pair's. */
export function toCodePoint(text: string, units: number): number {
  const isInPair = /[\uDC00-\uDFFF]/.test(text[units] ?? "") && /[\uD800-\uDBFF]/.test(text[units - 1] ?? "");
  return codePoints(text.slice(0, isInPair ? units - 1 : units)).length;
}

/** Return the words and numbers of a text as ranges of code points, and marks such as "%" as words of their own. */
export function wordsOf(text: string): Range[] {
  const words: Range[] = [];
  let at = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "word" }).segment(text)) {
    const length = codePoints(segment).length;
    if (segment.trim()) words.push({ start: at, end: at + length });
    at += length;
  }
  return words;
}

/** Return the characters that people see, such as a letter with its accents, as ranges of code points. */
export function charactersOf(text: string): Range[] {
  const characters: Range[] = [];
  let at = 0;
  for (const { segment } of new Intl.Segmenter(undefined, { granularity: "grapheme" }).segment(text)) {
    const length = codePoints(segment).length;
    characters.push({ start: at, end: at + length });
    at += length;
  }
  return characters;
}

export const unitsOf = (text: string, unit: Unit): Range[] =>
  unit === "words" ? wordsOf(text) : charactersOf(text);

/** Return the range from the first to the last unit that `range` touches; null if it touches none. */
export function snapRange(range: Range, units: Range[]): Range | null {
  const touched = units.filter((unit) => unit.start < range.end && unit.end > range.start);
  if (touched.length === 0) return null;
  return { start: touched[0]!.start, end: touched.at(-1)!.end };
}
