// Spans of an answer: adding, removing, and the pieces of text between their borders.
import type { SchemaOf, Span } from "../../contract";
import { codePoints, type Range } from "./offsets";

type Schema = SchemaOf<"spans">;

const inOrder = (spans: Span[]) =>
  spans.toSorted(
    (one, two) => one.start - two.start || two.end - one.end || one.label.localeCompare(two.label),
  );

/** Return why a span may not be added, or an empty text. */
export function refusal(schema: Schema, spans: Span[], label: string, range: Range): string {
  if (spans.some((span) => span.label === label && span.start === range.start && span.end === range.end)) {
    return `This is marked as ${label} already.`;
  }
  if (schema.most && spans.length >= schema.most) return `At most ${schema.most} spans. Remove one first.`;
  const overlaps = spans.some((span) => span.start < range.end && span.end > range.start);
  return overlaps && schema.overlapping === false
    ? "Spans must not overlap. Remove the other one first."
    : "";
}

export function addSpan(spans: Span[], text: string, label: string, range: Range): Span[] {
  const covered = codePoints(text).slice(range.start, range.end).join("");
  return inOrder([...spans, { label, start: range.start, end: range.end, text: covered, attributes: [] }]);
}

export const removeSpan = (spans: Span[], gone: Span): Span[] => spans.filter((span) => span !== gone);

export function toggleAttribute(spans: Span[], changed: Span, name: string): Span[] {
  const own = changed.attributes ?? [];
  const attributes = own.includes(name) ? own.filter((item) => item !== name) : [...own, name];
  return spans.map((span) => (span === changed ? { ...span, attributes } : span));
}

export interface Piece extends Range {
  text: string;
  spans: Span[];
  isSelected: boolean;
  isRole: boolean;
}

/** Cut a text at the borders of spans, selection and roles; each piece has the spans that cover it. */
export function cutPieces(
  text: string,
  spans: Span[],
  selection: Range | null,
  roles: Range[] = [],
): Piece[] {
  const points = codePoints(text);
  const borders = new Set([0, points.length, ...spans.flatMap((span) => [span.start, span.end])]);
  for (const range of selection ? [...roles, selection] : roles) borders.add(range.start).add(range.end);
  const cuts = [...borders].filter((cut) => cut >= 0 && cut <= points.length).sort((one, two) => one - two);
  return cuts.slice(0, -1).map((start, index) => {
    const end = cuts[index + 1]!;
    return {
      start,
      end,
      text: points.slice(start, end).join(""),
      spans: spans.filter((span) => span.start <= start && span.end >= end),
      isSelected: selection !== null && selection.start <= start && selection.end >= end,
      isRole: roles.some((role) => role.start <= start && role.end >= end),
    };
  });
}

/** Return true, or what keeps the spans from being sent. */
export function completeSpans(schema: Schema, spans: Span[], text: string): true | string {
  const names = schema.classes.map((item) => item.name);
  const points = codePoints(text);
  for (const span of spans) {
    if (!names.includes(span.label)) return `${span.label} is not in the guideline any more. Remove it.`;
    if (points.slice(span.start, span.end).join("") !== span.text)
      return `“${span.text}” is not at its place.`;
  }
  return true;
}
