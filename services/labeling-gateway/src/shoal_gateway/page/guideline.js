// The guideline beside the text. The gateway renders its Markdown; classes are listed with their examples.
import { $, element, fragment } from "./dom.js";

function classList(classes) {
  return classes.flatMap((item) => {
    const parts = [element("dt", { textContent: item.name })];
    if (item.definition) parts.push(element("dd", {}, fragment(item.definition_html)));
    return [...parts, ...item.examples.map((example) => element("dd", { textContent: example, className: "example" }))];
  });
}

export function showGuideline(guideline) {
  $("guideline-title").textContent = guideline.title || "Guideline";
  $("guideline-version").textContent = `Version ${guideline.guideline.version}`;
  $("guideline-text").replaceChildren(fragment(guideline.html));
  $("guideline-classes").replaceChildren(...classList(guideline.label_schema.classes));
}

export function closeGuideline() {
  $("guideline").hidden = true;
  $("guideline-button").setAttribute("aria-expanded", "false");
}

export function toggleGuideline() {
  if ($("guideline").hidden) {
    $("guideline").hidden = false;
    $("guideline-button").setAttribute("aria-expanded", "true");
    $("guideline").focus({ preventScroll: true });
  } else {
    closeGuideline();
    $("main").focus({ preventScroll: true });
  }
}
