// The model's answer: shown, hidden, or revealed on demand; copied where there is more than one action to it.
import { typeOf } from "../types/registry";
import type { Prelabel } from "../contract";
import { say } from "./say.svelte";
import { work } from "./work.svelte";

/** Return the pre-label that the annotator may see now. */
export function visiblePrelabel(): Prelabel | null {
  const { task, isRevealed } = work;
  if (!task?.prelabel || task.prelabelMode === "hidden") return null;
  return task.prelabelMode === "shown" || isRevealed ? task.prelabel : null;
}

export const mayReveal = (): boolean =>
  Boolean(work.task?.prelabel && work.task.prelabelMode === "on_demand" && !work.isRevealed);

/** Reveal the pre-label, or copy the revealed one into the answer. */
export function copyPrelabel(): void {
  if (mayReveal()) {
    work.isRevealed = true;
    return;
  }
  const prelabel = visiblePrelabel();
  if (!prelabel || work.isBusy || typeOf(work.task!.schema.kind)?.immediate) return;
  work.answer = structuredClone($state.snapshot(prelabel.answer)) as typeof work.answer;
  say("Copied the model's suggestion. Check it before you submit.");
}
