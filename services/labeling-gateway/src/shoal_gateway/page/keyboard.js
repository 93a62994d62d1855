// The keyboard: labels by number or by typing, and one letter for each tool.
import { $, shownView } from "./dom.js";
import { toggleGuideline } from "./guideline.js";
import { isAsking } from "./skip.js";
import { goBack, keep, labels, skip, takeBack } from "./work.js";

const COMMANDS = { g: toggleGuideline, s: skip, u: goBack, t: takeBack };
const isTyping = (event) => event.target.matches("input, textarea");

function command(event) {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === "z") return goBack;
  if (event.ctrlKey || event.metaKey) return null;
  if (COMMANDS[key] && (event.altKey || !(isTyping(event) || labels.many))) return COMMANDS[key];
  if (event.altKey || shownView() !== "task") return null;
  if (/^[1-9]$/.test(key)) return () => labels.take(Number(key) - 1);
  if (key === "enter" && event.target === $("filter") && $("filter").value.trim()) return () => labels.take(0);
  if (key === "/" && !isTyping(event) && labels.many) return () => $("filter").focus();
  return null;
}

function escape(event) {
  if (!$("guideline").hidden) return toggleGuideline();
  if (event.target === $("filter") && $("filter").value) {
    $("filter").value = "";
    return labels.draw();
  }
  return keep();
}

document.addEventListener("keydown", (event) => {
  if (isAsking() || !["task", "empty"].includes(shownView())) return;
  if (event.key === "Escape") {
    escape(event);
    return;
  }
  const run = event.repeat ? null : command(event);
  if (run) {
    event.preventDefault();
    run();
  } else if (labels.many && shownView() === "task" && /^[a-z]$/i.test(event.key)
      && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event)) {
    $("filter").focus(); // the browser then types the letter into the filter
  }
});
