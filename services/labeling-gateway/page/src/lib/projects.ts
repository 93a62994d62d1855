// Projects, their addresses and this person's progress in words.
import type { Progress, Project } from "../contract";
import { count } from "./say.svelte";

const MOST_COUNTED = 1000;
const inDigits = (number: number) => number.toLocaleString("en");

export const waitingText = (number: number): string =>
  number >= MOST_COUNTED ? `${inDigits(MOST_COUNTED)}+` : inDigits(number);

export function addressOf(project: string, lane: string): string {
  return `/?${new URLSearchParams({ project, ...(lane === "review" ? { lane } : {}) })}`;
}

export function aboutProject(item: Project): string {
  const guideline =
    item.guideline_version === null
      ? "No guideline yet: nothing can be labelled."
      : `${item.guideline_title || "Guideline"} · version ${item.guideline_version}`;
  return item.title && item.title !== item.project ? `${item.project} · ${guideline}` : guideline;
}

// Numbers that grow with this person's work alone.
export const answersText = (progress: Progress, lane: string): string =>
  count(progress.answered, lane === "review" ? "review" : "answer");

export function detailsText(progress: Progress): string {
  const today = progress.answered_since ? ` · ${inDigits(progress.answered_since)} today` : "";
  return today + (progress.skipped ? ` · ${count(progress.skipped, "skip")}` : "");
}
