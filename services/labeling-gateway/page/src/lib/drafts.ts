// Unfinished answers of this tab: a reload of the page keeps them.
import type { Answer } from "../contract";

const keyOf = (task: string) => `shoal.draft.${task}`;

export function keepDraft(task: string, answer: Answer): void {
  try {
    sessionStorage.setItem(keyOf(task), JSON.stringify(answer));
  } catch {
    /* the storage is full: the answer is still on the page */
  }
}

export function readDraft(task: string): Answer | null {
  try {
    return JSON.parse(sessionStorage.getItem(keyOf(task)) ?? "null");
  } catch {
    return null;
  }
}

export function dropDraft(task: string): void {
  sessionStorage.removeItem(keyOf(task));
}
