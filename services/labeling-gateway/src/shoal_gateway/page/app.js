// The annotator's page. `body[data-view]` names the view: loading, setup, task, empty or error.
import { Api } from "./api.js";
import { classList, markdown } from "./guideline.js";
import { Labels } from "./labels.js";
import { accessMessage, conflictMessage, failureMessage } from "./messages.js";

const CHECK_AGAIN_MS = 5000;
const $ = (id) => document.getElementById(id);
const state = { project: "", name: "", lane: "label", task: null, classes: [], version: "", answers: [], since: 0, busy: false, timer: 0 };
let api = new Api(sessionStorage.getItem("shoal.key") || "");
const labels = new Labels($("labels"), $("filter-row"), $("filter"), $("filter-count"), choose);

function view(name) {
  document.body.dataset.view = name;
  clearTimeout(state.timer);
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").classList.add("on");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => $("toast").classList.remove("on"), 2500);
}

// ---- project and name ----
function readAddress() {
  const query = new URLSearchParams(location.search);
  state.project = query.get("project") || "";
  state.lane = query.get("lane") === "review" ? "review" : "label";
  state.name = localStorage.getItem("shoal.name") || "";
}

function setup(problem = "") {
  $("in-project").value = state.project || localStorage.getItem("shoal.project") || "";
  $("in-name").value = state.name;
  $("in-review").checked = state.lane === "review";
  $("setup-problem").textContent = problem;
  for (const id of ["where", "progress", "tools"]) $(id).hidden = true;
  closeGuideline();
  view("setup");
  ($("in-project").value ? ($("in-name").value ? $("in-key") : $("in-name")) : $("in-project")).focus();
}

$("setup").addEventListener("submit", (event) => {
  event.preventDefault();
  const project = $("in-project").value.trim();
  const name = $("in-name").value.trim();
  if (!project || !name) {
    $("setup-problem").textContent = project ? "Enter your name." : "Enter the project's name.";
    $(project ? "in-name" : "in-project").focus();
    return;
  }
  Object.assign(state, { project, name, lane: $("in-review").checked ? "review" : "label", answers: [] });
  localStorage.setItem("shoal.name", name);
  localStorage.setItem("shoal.project", project);
  if ($("in-key").value) sessionStorage.setItem("shoal.key", $("in-key").value);
  api = new Api(sessionStorage.getItem("shoal.key") || "");
  const query = new URLSearchParams({ project, ...(state.lane === "review" ? { lane: "review" } : {}) });
  history.replaceState(null, "", `?${query}`);
  start();
});

async function start() {
  view("loading");
  try {
    showGuideline(await api.guideline(state.project));
  } catch (problem) {
    failed(problem, start);
    return;
  }
  $("project-name").textContent = state.project;
  $("person-button").textContent = state.name;
  $("lane-badge").hidden = state.lane !== "review";
  for (const id of ["where", "tools"]) $(id).hidden = false;
  document.title = `${state.project} · Shoal`;
  await next();
}

// ---- labelling ----
async function next() {
  if (document.body.dataset.view !== "empty") view("loading");
  try {
    const task = await api.next(state.project, state.name, state.lane);
    if (task && task.guideline.version !== state.version) showGuideline(await api.guideline(state.project));
    if (task) showTask(task);
    else showEmpty();
  } catch (problem) {
    failed(problem, next);
    return;
  }
  refreshProgress();
}

function showTask(task) {
  state.task = task;
  state.since = performance.now();
  const { text, uri } = task.content;
  $("text").textContent = text ?? uri ?? "";
  $("text").classList.toggle("long", (text || "").length > 900);
  $("text").scrollTop = 0;
  labels.show(task.labels || state.classes, task.prediction && task.prediction.label);
  showPrelabel(task.prediction);
  const modifier = labels.many ? "Alt+" : "";
  for (const key of document.querySelectorAll("kbd[data-key]")) key.textContent = modifier + key.dataset.key.toUpperCase();
  $("keys").textContent = labels.many ? "Type to filter · Enter picks the first · 1–9 choose" : "1–9 choose · G guideline · U undo · S skip";
  refreshUndo();
  view("task");
  (labels.many && !matchMedia("(pointer: coarse)").matches ? $("filter") : $("main")).focus({ preventScroll: true });
}

function showPrelabel(prediction) {
  $("prelabel").hidden = !prediction;
  if (!prediction) return;
  const name = Object.assign(document.createElement("b"), { textContent: prediction.label });
  const score = prediction.score == null ? "" : ` (${Math.round(prediction.score * 100)} %)`;
  $("prelabel").replaceChildren("A model suggests ", name, `${score}. Follow the guideline, not the model.`);
}

function showEmpty() {
  state.task = null;
  refreshUndo();
  $("empty-title").textContent = state.lane === "review" ? "Nothing to review right now" : "Nothing to label right now";
  const count = state.answers.length;
  $("empty-text").textContent = count
    ? `You are up to date after ${count} ${count === 1 ? "answer" : "answers"}. New texts will appear here.`
    : "New texts will appear here.";
  view("empty");
  state.timer = setTimeout(next, CHECK_AGAIN_MS);
}

async function act(work) {
  if (state.busy) return;
  state.busy = true;
  try {
    await work();
  } catch (problem) {
    if (problem.status === 409 || problem.status === 410) {
      toast(`Not saved. ${conflictMessage(problem)}`);
      await next();
    } else {
      failed(problem, () => (state.task ? showTask(state.task) : next()));
    }
  } finally {
    state.busy = false;
  }
}

const seconds = () => Math.round((performance.now() - state.since) / 100) / 10;

function choose(label) {
  return act(async () => {
    const task = state.task;
    labels.mark(label);
    const answer = await api.answer(task.task_id, state.name, label, seconds());
    state.answers.push({ task, annotation: answer.annotation_id, label });
    toast(`Labelled ${label}`);
    await next();
  });
}

function skip() {
  return act(async () => {
    if (!state.task) return;
    const task = state.task;
    const answer = await api.skip(task.task_id, state.name, seconds());
    state.answers.push({ task, annotation: answer.annotation_id, label: null });
    toast("Skipped");
    await next();
  });
}

function undo() {
  return act(async () => {
    const last = state.answers.at(-1);
    if (!last) return;
    await api.undo(last.task.task_id, state.name, last.annotation);
    state.answers.pop();
    toast(last.label ? `Took back ${last.label}` : "Took back the skip");
    showTask(last.task);
    refreshProgress();
  });
}

function refreshUndo() {
  for (const id of ["undo", "empty-undo"]) $(id).disabled = state.answers.length === 0;
}

async function refreshProgress() {
  try {
    const { waiting, done, yours } = await api.progress(state.project, state.name, state.lane);
    const total = waiting + done;
    $("progress-bar").setAttribute("aria-valuenow", done);
    $("progress-bar").setAttribute("aria-valuemax", total);
    $("progress-bar").firstElementChild.style.width = total ? `${(100 * done) / total}%` : "0";
    $("progress-text").textContent = `${done} of ${total} done · ${yours} by you`;
    $("progress").hidden = false;
  } catch {
    $("progress").hidden = true; // labelling works without it
  }
}

function failed(problem, again) {
  if (problem.status === 401 || problem.status === 403) {
    setup(accessMessage(problem));
    return;
  }
  const { title, text, advice } = failureMessage(problem);
  $("error-title").textContent = title;
  $("error-detail").textContent = text;
  $("error-fix").textContent = advice;
  $("retry").onclick = again;
  view("error");
  $("retry").focus();
}

// ---- guideline ----
function showGuideline(guideline) {
  state.classes = guideline.label_schema.classes;
  state.version = guideline.guideline.version;
  $("guideline-title").textContent = guideline.title || "Guideline";
  $("guideline-version").textContent = `Version ${guideline.guideline.version}`;
  $("guideline-text").replaceChildren(...markdown(guideline.text));
  $("guideline-classes").replaceChildren(...classList(state.classes));
}

function closeGuideline() {
  $("guideline").hidden = true;
  $("guideline-button").setAttribute("aria-expanded", "false");
}

function toggleGuideline() {
  if ($("guideline").hidden) {
    $("guideline").hidden = false;
    $("guideline-button").setAttribute("aria-expanded", "true");
    $("guideline").focus({ preventScroll: true });
  } else {
    closeGuideline();
    $("main").focus({ preventScroll: true });
  }
}

// ---- keyboard ----
const COMMANDS = { g: toggleGuideline, s: skip, u: undo };

function command(event) {
  const key = event.key.toLowerCase();
  if ((event.ctrlKey || event.metaKey) && key === "z") return undo;
  if (event.ctrlKey || event.metaKey) return null;
  const typing = event.target.matches("input");
  const shown = document.body.dataset.view;
  if (COMMANDS[key] && (event.altKey || !typing)) return key === "s" && shown !== "task" ? null : COMMANDS[key];
  if (event.altKey) return null;
  if (shown === "task" && /^[1-9]$/.test(key)) return () => labels.take(Number(key) - 1);
  if (key === "enter" && event.target === $("filter") && $("filter").value.trim()) return () => labels.take(0);
  if (key === "/" && !typing && labels.many) return () => $("filter").focus();
  return null;
}

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.view === "setup") return;
  if (event.key === "Escape") {
    if (!$("guideline").hidden) toggleGuideline();
    else if (event.target === $("filter")) {
      $("filter").value = "";
      labels.draw();
      $("main").focus({ preventScroll: true });
    }
    return;
  }
  const run = event.repeat ? null : command(event);
  if (run) {
    event.preventDefault();
    run();
  } else if (labels.many && document.body.dataset.view === "task" && /^[a-z]$/i.test(event.key)
      && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.matches("input")) {
    $("filter").focus(); // the browser then types the letter into the filter
  }
});

$("undo").addEventListener("click", undo);
$("empty-undo").addEventListener("click", undo);
$("skip").addEventListener("click", skip);
$("guideline-button").addEventListener("click", toggleGuideline);
$("guideline-close").addEventListener("click", toggleGuideline);
$("person-button").addEventListener("click", () => setup());
$("error-setup").addEventListener("click", () => setup());
$("empty-refresh").addEventListener("click", next);

readAddress();
if (state.project && state.name) start();
else setup();
