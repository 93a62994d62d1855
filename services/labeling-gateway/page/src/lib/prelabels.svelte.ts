// The model's answer: shown, hidden, or revealed on demand; copied where there is more than one action to it.
import { typeOf } from "../types/registry";
import type { Answer, Prelabel } from "../contract";
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
  const own = $state.snapshot(work.answer);
  const copy = structuredClone($state.snapshot(prelabel.answer)) as typeof work.answer;
  work.replaced = isBegun(own) && JSON.stringify(own) !== JSON.stringify(copy) ? own : null;
  work.answer = copy;
  say("Copied the model's suggestion. Check it before you submit.");
}

function isBegun(answer: Answer | null): answer is Answer {
  const { schema, content } = work.task!;
  const empty = typeOf(schema.kind)?.empty(schema, content);
  if (answer === null) return false;
  // The size of the picture comes by itself.
  const own = "width" in answer ? { ...answer, width: 0, height: 0 } : answer;
  return JSON.stringify(own) !== JSON.stringify(empty);
}

/** Put back the answer that a copied pre-label replaced. */
export function restoreOwn(): void {
  if (!work.replaced || work.isBusy) return;
  work.answer = $state.snapshot(work.replaced) as Answer;
  work.replaced = null;
  say("Your answer is back.");
}
