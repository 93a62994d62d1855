// The line of keys below the editor, and the words on the Submit button.

import type { ClassItem } from "../contract";
import { count } from "../lib/say.svelte";
import type { KeyHelp } from "../types/type";
import { MANY } from "../types/classes";
import { letterHint } from "./keys";

export const UNSEEN = "The picture is not shown yet. Wait for it, or skip it with a reason.";

export function shapeKeys(classes: ClassItem[], noun: string, part: string): KeyHelp[] {
  return [
    { key: "Drag", does: noun === "box" ? "draws" : "moves the picture, a click adds a point" },
    { key: letterHint("n", classes), does: `new ${noun}` },
    { key: classes.length > MANY ? "Type, Enter" : "1–9", does: "class" },
    { key: "Arrows", does: "move" },
    { key: ". ,", does: `choose the ${part}` },
    { key: "Tab", does: `next ${noun}` },
    { key: "Wheel + − 0", does: "zoom" },
    { key: "Space", does: "drags the picture" },
    { key: "Shift", does: `draws on a ${noun}` },
    { key: "Alt", does: "no snapping" },
  ];
}

/** Return what is wrong with the first object whose class the guideline has no more, or an empty text. */
export function goneClass(classes: ClassItem[], objects: { label: string }[], noun: string): string {
  const index = objects.findIndex(({ label }) => !classes.some(({ name }) => name === label));
  if (index < 0) return "";
  return `The label of ${noun} ${index + 1}, ${objects[index]!.label}, is not in the guideline any more. Choose another.`;
}

export function submitWords(number: number, one: string, many: string): string {
  return number === 0 ? `Submit no ${many}` : `Submit ${count(number, one, many)}`;
}
