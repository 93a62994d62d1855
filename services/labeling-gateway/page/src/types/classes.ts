// Classes of a schema: their colours, their keys, and the ones that match a filter.
import type { ClassItem } from "../contract";

export const MANY = 12;
/** Characters of a name from which on classes get wider buttons. */
export const LONG_NAME = 36;
const PALETTE = [
  "#0b7285",
  "#c2410c",
  "#5f3dc4",
  "#2b8a3e",
  "#c2255c",
  "#1864ab",
  "#866300",
  "#862e9c",
  "#495057",
];

/** Return the colour of a class as #rrggbb: its own, or one by its place in the schema. */
export function colourOf(classes: ClassItem[], name: string): string {
  const index = classes.findIndex((item) => item.name === name);
  return classes[index]?.colour || PALETTE[Math.max(index, 0) % PALETTE.length]!;
}

/** Return class names by key: their shortcuts, and the digits that are left for the first nine. */
export function classKeys(classes: ClassItem[], shown: ClassItem[] = classes): Map<string, string> {
  const keys = new Map<string, string>();
  for (const item of classes) if (item.shortcut) keys.set(item.shortcut, item.name);
  shown.slice(0, 9).forEach((item, index) => {
    const digit = String(index + 1);
    if (!item.shortcut && !keys.has(digit)) keys.set(digit, item.name);
  });
  return keys;
}

/** Return whether letters belong to the classes: to their shortcuts, or to the filter of many. */
export function usesLetters(classes: ClassItem[]): boolean {
  return classes.length > MANY || classes.some((item) => /[a-z]/.test(item.shortcut ?? ""));
}

/** Return the classes whose name holds the filter, those that start with it first. */
export function matching(classes: ClassItem[], filter: string): ClassItem[] {
  const text = filter.trim().toLowerCase();
  if (!text) return classes;
  const starts = classes.filter((item) => item.name.toLowerCase().startsWith(text));
  const holds = classes.filter((item) => !starts.includes(item) && item.name.toLowerCase().includes(text));
  return [...starts, ...holds];
}

/** Return a definition without its markup. */
export function plainDefinition(item: ClassItem): string {
  if (!item.definition_html) return item.definition ?? "";
  const template = document.createElement("template");
  template.innerHTML = item.definition_html;
  return template.content.textContent ?? "";
}
