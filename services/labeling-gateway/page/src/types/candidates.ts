// Candidates as people see them: by number. Their ids may say which model wrote them.
import type { Content } from "../contract";

/** Return the number of a candidate; its id, where the content has no such candidate. */
export function numberOf(id: string, content?: Content): string {
  const index = (content?.candidates ?? []).findIndex((item) => item.id === id);
  return index < 0 ? id : String(index + 1);
}

/** Return the name of a probability: that of a candidate is its number. */
export function outcomeName(outcome: string, content: Content): string {
  const number = numberOf(outcome, content);
  return number === outcome ? outcome : `Answer ${number}`;
}
