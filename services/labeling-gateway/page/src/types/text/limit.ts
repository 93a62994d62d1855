// The length of a written answer, in characters as the gateway counts them (code points).
import type { SchemaOf } from "../../contract";
import { count } from "../../lib/say.svelte";

export const lengthOf = (text: string): number => Array.from(text).length;

/** Return true, or what is wrong with the text. */
export function completeText(schema: SchemaOf<"text">, text: string): true | string {
  if (!text.trim()) return "Write something first.";
  const over = lengthOf(text) - (schema.most_characters ?? Infinity);
  return over > 0 ? `The text is too long by ${count(over, "character")}.` : true;
}
