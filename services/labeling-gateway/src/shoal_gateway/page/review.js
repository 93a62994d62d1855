// What a reviewer sees of a disputed text: votes without names, and the probability of each label.
import { $, element } from "./dom.js";
import { reasonText } from "./skip.js";

const letter = (index) => (index < 26 ? String.fromCharCode(65 + index) : `${index + 1}`);

function vote(item, index) {
  const who = element("span", { className: "who", textContent: `Annotator ${letter(index)}: ` });
  if (item.label !== null) return element("li", {}, who, element("b", { textContent: item.label }));
  const why = reasonText(item);
  return element("li", {}, who, element("span", { className: "muted", textContent: why ? `skipped: ${why}` : "skipped" }));
}

function share([label, probability]) {
  const bar = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  bar.setAttribute("aria-hidden", "true");
  bar.setAttribute("preserveAspectRatio", "none");
  bar.setAttribute("viewBox", "0 0 100 1");
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  rect.setAttribute("width", String(100 * probability));
  rect.setAttribute("height", "1");
  bar.append(rect);
  const percent = probability > 0 && probability < 0.01 ? "< 1 %" : `${Math.round(100 * probability)} %`;
  return [element("dt", { textContent: label }), element("dd", {}, bar, element("span", { textContent: percent }))];
}

export function showDispute(dispute) {
  $("dispute").hidden = !dispute;
  if (!dispute) return;
  const labels = new Set(dispute.votes.map((item) => item.label).filter((label) => label !== null));
  const lead = labels.size > 1 ? "The annotators disagree." : "The votes are not enough to accept a label.";
  $("dispute-reason").textContent = dispute.reason ? `${lead} In figures: ${dispute.reason}.` : lead;
  $("dispute-votes").replaceChildren(...dispute.votes.map(vote));
  const shares = Object.entries(dispute.posterior);
  $("dispute-shares").hidden = shares.length === 0;
  $("dispute-posterior").replaceChildren(...shares.flatMap(share));
}
