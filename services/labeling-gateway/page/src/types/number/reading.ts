// A number that someone types, and what a schema says about it.
import type { SchemaOf } from "../../contract";

type Schema = SchemaOf<"number">;

/** Return the number of a text with a point or a comma; null if it is none. */
export function readNumber(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  return /^[-+]?(\d+\.?\d*|\.\d+)$/.test(plain) ? Number(plain) : null;
}

const digitsOf = (number: number) => (String(number).split(".")[1] ?? "").length;

/** Return a value at a whole number of steps above `low`, without the noise of binary fractions. */
export function roundToStep(schema: Schema, value: number): number {
  const step = schema.step || 0;
  if (!step) return value;
  const steps = Math.round((value - schema.low) / step);
  return Number((schema.low + steps * step).toFixed(Math.max(digitsOf(step), digitsOf(schema.low))));
}

/** Return the value one step up or down, within the range. */
export function stepFrom(schema: Schema, value: number | null, count: number): number {
  const step = schema.step || (schema.high - schema.low) / 100;
  const next = value === null ? schema.low : value + count * step;
  return roundToStep(schema, Math.min(schema.high, Math.max(schema.low, Number(next.toPrecision(12)))));
}

/** Return true, or what is wrong with the number. */
export function completeNumber(schema: Schema, value: number | null): true | string {
  if (value === null) return `Enter a number from ${schema.low} to ${schema.high}.`;
  if (value < schema.low || value > schema.high)
    return `The number must be from ${schema.low} to ${schema.high}.`;
  if (Math.abs(roundToStep(schema, value) - value) > 1e-9) {
    return `The number must go in steps of ${schema.step}, such as ${roundToStep(schema, value)}.`;
  }
  return true;
}
