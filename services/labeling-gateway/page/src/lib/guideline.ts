// Opening and closing the guideline.
import { tick } from "svelte";
import { session } from "./session.svelte";

export async function toggleGuideline(main: HTMLElement): Promise<void> {
  session.isGuidelineOpen = !session.isGuidelineOpen;
  session.isGuidelineNew = false;
  await tick();
  const target = session.isGuidelineOpen ? document.getElementById("guideline") : main;
  target?.focus({ preventScroll: true });
}
