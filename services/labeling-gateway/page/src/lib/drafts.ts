// Unfinished answers of this tab: a reload of the page keeps them.
import type { Answer } from "../contract";
import { tabStore } from "./storage";

const keyOf = (task: string) => `shoal.draft.${task}`;

export function keepDraft(task: string, answer: Answer): void {
  tabStore.write(keyOf(task), JSON.stringify(answer));
}

export function readDraft(task: string): Answer | null {
  try {
    return JSON.parse(tabStore.read(keyOf(task)) ?? "null");
  } catch {
    return null;
  }
}

export function dropDraft(task: string): void {
  tabStore.remove(keyOf(task));
}
