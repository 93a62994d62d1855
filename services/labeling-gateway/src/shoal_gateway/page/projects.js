// The list of projects that a key opens, each with a link of its own.
import { $, count, element } from "./dom.js";

export const MOST_COUNTED = 1000;
export const waitingText = (number) => (number >= MOST_COUNTED ? `${MOST_COUNTED.toLocaleString("en")}+` : number.toLocaleString("en"));

export function addressOf(project, lane) {
  return `/?${new URLSearchParams({ project, ...(lane === "review" ? { lane } : {}) })}`;
}

function link(item, lane, text, number) {
  const node = element("a", { className: "button", href: addressOf(item.project, lane) },
    element("b", { textContent: text }), element("span", { className: "muted", textContent: number ? `${waitingText(number)} waiting` : "nothing waiting" }));
  node.dataset.project = item.project;
  node.classList.toggle("primary", number > 0 && lane === "label");
  return node;
}

function card(item) {
  const isReady = item.guideline_version !== null;
  const guideline = isReady
    ? [item.guideline_title || "Guideline", `version ${item.guideline_version}`].join(" · ")
    : "No guideline yet: nothing can be labelled.";
  const links = element("div", { className: "row" });
  if (isReady) links.append(link(item, "label", "Label", item.waiting_for_you));
  if (isReady && item.reviews_for_you !== null) links.append(link(item, "review", "Review", item.reviews_for_you));
  return element("li", { className: "card" },
    element("h2", { textContent: item.title || item.project }),
    element("p", { className: "muted", textContent: item.title && item.title !== item.project ? `${item.project} · ${guideline}` : guideline }),
    links);
}

export function showProjects(projects) {
  $("projects").replaceChildren(...projects.map(card));
}

// Show what this annotator did, and what waits for them: numbers that grow with their work alone.
export function showProgress(progress, lane) {
  const noun = lane === "review" ? "review" : "answer";
  const yours = [`You: ${count(progress.answered, noun)}`];
  if (progress.answered_since) yours.push(`${progress.answered_since.toLocaleString("en")} today`);
  if (progress.skipped) yours.push(count(progress.skipped, "skip"));
  $("progress-yours").textContent = yours.join(" · ");
  $("progress-waiting").textContent = `${waitingText(progress.waiting_for_you)} waiting for you`;
  $("progress").hidden = false;
}
