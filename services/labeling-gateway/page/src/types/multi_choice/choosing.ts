// Which classes are chosen after one was switched on or off.
import type { SchemaOf } from "../../contract";

type Schema = SchemaOf<"multi_choice">;

export interface Choice {
  labels: string[];
  /** Classes that gave way to the chosen one. */
  replaced: string[];
  /** Whether the limit of the schema refuses the class. */
  isFull: boolean;
}

/** Switch a class. The other classes of its exclusive groups give way; labels stay in the schema's order. */
export function toggleLabel(schema: Schema, labels: string[], name: string): Choice {
  if (labels.includes(name)) {
    return { labels: labels.filter((label) => label !== name), replaced: [], isFull: false };
  }
  const rivals = new Set((schema.exclusive ?? []).filter((group) => group.includes(name)).flat());
  const replaced = labels.filter((label) => rivals.has(label));
  const rest = labels.filter((label) => !rivals.has(label));
  if (schema.most && rest.length >= schema.most) return { labels, replaced: [], isFull: true };
  return { labels: inOrder(schema, [...rest, name]), replaced, isFull: false };
}

function inOrder(schema: Schema, labels: string[]): string[] {
  return schema.classes.map((item) => item.name).filter((name) => labels.includes(name));
}

export function completeChoice(schema: Schema, labels: string[]): true | string {
  const names = schema.classes.map((item) => item.name);
  if (!labels.every((label) => names.includes(label)))
    return "A chosen label is not in the guideline any more.";
  return true;
}
