// Reasons for a skip: in the dialog, and in a few words.
import type { Kind } from "../contract";
import type { SkipReason } from "./api";

const REASONS: [string, string][] = [
  ["unclear_rule", "The guideline does not say what this is"],
  ["unreadable", "I cannot read or see it"],
  ["several_classes", "Two or more labels fit"],
  ["not_my_field", "I do not know this subject"],
  ["other", "Another reason …"],
];
const WITH_LABELS: Kind[] = ["single_choice", "boxes", "polygons", "spans"];

/** Return the reasons for a skip of an item: two labels can be one too many only where one has to be chosen. */
export const reasonsFor = (kind?: Kind): [string, string][] =>
  REASONS.filter(([code]) => code !== "several_classes" || (kind && WITH_LABELS.includes(kind)));

const SHORT: Record<string, string> = {
  unclear_rule: "the guideline is unclear",
  unreadable: "cannot be read or seen",
  several_classes: "two or more labels fit",
  not_my_field: "not their subject",
  other: "another reason",
};

// Return why an item was skipped; an empty text if no reason was stated.
export function reasonText({ code, reason }: { code: string | null; reason: string }): string {
  if (code === "other" && reason) return reason;
  return [SHORT[code ?? ""] || code, reason].filter(Boolean).join(": ");
}

export type Decide = (reason: SkipReason | null) => void;
