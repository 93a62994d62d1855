// Who works on what: name, key and project, and the views of what prevents work.
import { Api } from "./api.js";
import { $, showView, shownView } from "./dom.js";
import { closeGuideline } from "./guideline.js";
import { accessMessage, failureMessage } from "./messages.js";

const TRY_AGAIN_MS = 5000;
export const state = { project: "", lane: "label", name: "", api: null, timer: 0 };

export function readAddress() {
  const query = new URLSearchParams(location.search);
  state.project = query.get("project") || "";
  state.lane = query.get("lane") === "review" ? "review" : "label";
  state.name = localStorage.getItem("shoal.name") || "";
  state.api = new Api(sessionStorage.getItem("shoal.key") || "");
}

export function show(name) {
  clearTimeout(state.timer);
  showView(name);
}

// Call `again` after a while, unless another view is shown before.
export function later(again, milliseconds) {
  clearTimeout(state.timer);
  state.timer = setTimeout(again, milliseconds);
}

export function hideTools() {
  for (const id of ["where", "progress", "tools"]) $(id).hidden = true;
  closeGuideline();
}

// Show the form of name and key; `needsKey` is false where no key is needed.
export function setup(problem = "", needsKey = true) {
  $("in-name").value = state.name;
  $("in-key").value = "";
  $("key-field").hidden = !needsKey;
  hideTools();
  show("setup");
  $("setup-problem").textContent = problem;
  (state.name && needsKey ? $("in-key") : $("in-name")).focus();
}

// Show why something failed. What may pass by itself is tried again; a key that does not work is asked for.
export function failed(problem, again) {
  if (problem.isAboutKey) return setup(accessMessage(problem, Boolean(state.api.key)));
  showProblem(failureMessage(problem), again);
  if (problem.isTemporary) later(again, Math.max(TRY_AGAIN_MS, 1000 * problem.retryAfter));
  return null;
}

export function showProblem({ title, text, advice }, again) {
  const isRepeated = shownView() === "error" && $("error-title").textContent === title;
  if (!isRepeated) {
    $("error-title").textContent = title;
    $("error-detail").textContent = text;
    $("error-fix").textContent = advice;
  }
  $("retry").onclick = () => { show("loading"); again(); };
  show("error");
  if (!isRepeated) $("retry").focus();
}

export function saveForm() {
  const name = $("in-name").value.trim();
  if (!name) {
    $("setup-problem").textContent = "Enter your name.";
    $("in-name").focus();
    return false;
  }
  state.name = name;
  localStorage.setItem("shoal.name", name);
  const key = $("in-key").value.trim();
  if (key) sessionStorage.setItem("shoal.key", key);
  state.api = new Api(sessionStorage.getItem("shoal.key") || "");
  return true;
}
