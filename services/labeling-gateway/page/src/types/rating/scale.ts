// The values of a rating, their names, and the keys that choose them.
import type { SchemaOf } from "../../contract";

type Schema = SchemaOf<"rating">;

export const valuesOf = ({ low, high }: Schema): number[] =>
  Array.from({ length: high - low + 1 }, (_, index) => low + index);

export const nameOf = (schema: Schema, value: number): string => schema.names?.[String(value)] ?? "";

/** Return the value of a digit key; 0 means 10 on a scale from 1 to 10; null for another key. */
export function digitOf(schema: Schema, key: string): number | null {
  if (!/^\d$/.test(key)) return null;
  const values = valuesOf(schema);
  if (values.includes(Number(key))) return Number(key);
  return key === "0" && values.includes(10) ? 10 : null;
}
