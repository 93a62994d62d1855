// The keyboard's selection: an anchor and a head, each the index of a unit (a word or a character).
import type { Range } from "./offsets";

export interface Cursor {
  anchor: number;
  head: number;
}

/** Move the head by `step` units; without `extend` the selection becomes the single unit at the head. */
export function moveCursor(
  cursor: Cursor | null,
  step: number,
  extend: boolean,
  units: number,
): Cursor | null {
  if (units === 0) return null;
  if (!cursor) return step > 0 ? { anchor: 0, head: 0 } : { anchor: units - 1, head: units - 1 };
  const head = Math.min(units - 1, Math.max(0, cursor.head + step));
  return { anchor: extend ? cursor.anchor : head, head };
}

export function rangeOf(cursor: Cursor, units: Range[]): Range {
  const first = units[Math.min(cursor.anchor, cursor.head)]!;
  const last = units[Math.max(cursor.anchor, cursor.head)]!;
  return { start: first.start, end: last.end };
}

/** Return the cursor that covers a range, such as after a change between words and characters. */
export function cursorAt(range: Range, units: Range[]): Cursor | null {
  const first = units.findIndex((unit) => unit.end > range.start);
  const last = units.findLastIndex((unit) => unit.start < range.end);
  return first < 0 || last < first ? null : { anchor: first, head: last };
}
