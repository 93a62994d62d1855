// Reasons for a skip: in the dialog, and in a few words.
import type { SkipReason } from "./api";

export const REASONS: [string, string][] = [
  ["unclear_rule", "The guideline does not say what this is"],
  ["unreadable", "I cannot read or see it"],
  ["several_classes", "Two or more labels fit"],
  ["not_my_field", "I do not know this subject"],
  ["other", "Another reason …"],
];
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
