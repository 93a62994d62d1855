// Labelling: the next text, an answer or a skip, and the way back to the last answer.
import { $, announce, shownView, toast } from "./dom.js";
import { showGuideline } from "./guideline.js";
import { Labels } from "./labels.js";
import { accessMessage, conflictMessage, failureMessage } from "./messages.js";
import { showProgress } from "./projects.js";
import { showDispute } from "./review.js";
import { failed, later, setup, show, state } from "./session.js";
import { askReason, isAsking, reasonText } from "./skip.js";
import { dropAnswer, keepAnswer, keptAnswers, sendAnswer, stopWaiting, waitToSend } from "./unsent.js";

const CHECK_AGAIN_MS = 5000;
const work = { task: null, last: null, classes: [], version: "", since: 0, isBusy: false };
const labels = new Labels($("labels"), $("filter-row"), $("filter"), $("filter-count"), choose);
export { labels };

async function readGuideline() {
  const guideline = await state.api.guideline(state.project);
  work.classes = guideline.label_schema.classes;
  work.version = guideline.guideline.version;
  showGuideline(guideline);
}

// Send the answers that an earlier visit could not send, then show the first text.
export async function enter() {
  if (shownView() !== "error") show("loading");
  try {
    await sendKept();
    await readGuideline();
  } catch (problem) {
    return failed(problem, enter);
  }
  return next();
}

async function sendKept() {
  for (const entry of keptAnswers(state.project, state.name)) {
    try {
      await sendAnswer(state.api, entry);
    } catch (problem) {
      if (problem.isTemporary || problem.isAboutKey) throw problem;
      toast(`An earlier answer was not needed any more. ${conflictMessage(problem)}`, { isProblem: true });
    }
    dropAnswer(entry);
  }
  stopWaiting();
}

export async function next() {
  if (!["empty", "error"].includes(shownView())) show("loading");
  try {
    const task = await state.api.next(state.project, state.name, state.lane);
    if (task && task.guideline.version !== work.version) await readGuideline();
    if (task) showTask(task);
    else showEmpty();
  } catch (problem) {
    return failed(problem, next);
  } finally {
    work.isBusy = false;
  }
  return refreshProgress();
}

function showTask(task, last = null) {
  Object.assign(work, { task, last, since: performance.now(), isBusy: false });
  const text = task.content.text ?? task.content.uri ?? "";
  $("text").textContent = text;
  $("text").classList.toggle("long", text.length > 900);
  labels.show(task.labels || work.classes, task.prediction && task.prediction.label);
  showPrelabel(task.prediction);
  showDispute(task.dispute);
  showLast(last);
  showKeys();
  show("task");
  $("text").scrollTop = $("main").scrollTop = 0;
  announce(`${last ? `${$("last-text").textContent} ` : ""}Text: ${text.slice(0, 1000)}`);
  (labels.many && !matchMedia("(pointer: coarse)").matches ? $("filter") : $("main")).focus({ preventScroll: true });
}

function showKeys() {
  const modifier = labels.many ? "Alt+" : "";
  for (const key of document.querySelectorAll("kbd[data-key]")) key.textContent = modifier + key.dataset.key.toUpperCase();
  $("keys").textContent = labels.many ? "Type to filter · Enter picks the first · 1–9 choose" : "1–9 choose · G guideline · U undo · S skip";
}

function showPrelabel(prediction) {
  $("prelabel").hidden = !prediction;
  if (!prediction) return;
  const name = Object.assign(document.createElement("b"), { textContent: prediction.label });
  const score = prediction.score == null ? "" : ` (${Math.round(prediction.score * 100)} %)`;
  $("prelabel").replaceChildren("A model suggests ", name, `${score}. Follow the guideline, not the model.`);
}

function showLast(last) {
  $("last").hidden = !last;
  $("undo").disabled = Boolean(last) || $("empty-undo").disabled;
  if (!last) return;
  const why = last.label === null ? reasonText(last) : "";
  $("last-text").textContent = last.label === null
    ? `You skipped this text${why ? `: ${why}` : ""}. Choose a label to answer it after all.`
    : `Your last answer was “${last.label}”. Choose another label to change it.`;
  labels.mark(last.label);
}

function showEmpty() {
  Object.assign(work, { task: null, last: null });
  $("empty-title").textContent = state.lane === "review" ? "Nothing to review right now" : "Nothing to label right now";
  $("empty-text").textContent = "You are up to date. New texts will appear here by themselves.";
  if (shownView() !== "empty") announce($("empty-title").textContent);
  show("empty");
  later(next, CHECK_AGAIN_MS);
}

export async function refreshProgress() {
  try {
    const progress = await state.api.progress(state.project, state.name, state.lane);
    showProgress(progress, state.lane);
    $("empty-undo").disabled = !progress.can_undo;
    $("undo").disabled = !progress.can_undo || work.last !== null;
  } catch { /* labelling works without it, and the last numbers stay */ }
}

// ---- answers ----
const seconds = () => Math.round((performance.now() - work.since) / 100) / 10;
const isReady = () => !work.isBusy && !isAsking() && shownView() === "task";

function choose(label) {
  if (!isReady()) return null;
  labels.mark(label);
  return deliver({ label });
}

export async function skip() {
  if (!isReady()) return;
  const reason = await askReason();
  if (reason && isReady()) await deliver({ skip: reason });
}

function deliver(content) {
  work.isBusy = true;
  const owner = { task: work.task.task_id, project: state.project, annotator: state.name };
  const entry = { ...owner, ...content, seconds: seconds() };
  keepAnswer(entry);
  return send(entry);
}

async function send(entry) {
  let stored;
  try {
    stored = await sendAnswer(state.api, entry);
  } catch (problem) {
    if (problem.isAboutKey) {
      setup(`${accessMessage(problem, Boolean(state.api.key))} Your last answer is kept and will be sent then.`);
      work.isBusy = false;
    } else if (problem.isTemporary) {
      waitToSend(problem, entry, () => send(entry));
    } else {
      await refused(problem, entry);
    }
    return;
  }
  dropAnswer(entry);
  stopWaiting();
  toast(savedText(entry, stored.action));
  await moveOn();
}

async function refused(problem, entry) {
  dropAnswer(entry);
  stopWaiting();
  toast(`Not saved. ${conflictMessage(problem)}`, { isProblem: true });
  work.version = ""; // the labels may have changed: read the guideline again
  await moveOn();
}

function moveOn() {
  work.isBusy = false;
  return shownView() === "task" ? next() : null;
}

function savedText(entry, action) {
  if (entry.skip) return "Skipped";
  if (action !== "updated") return `Labelled ${entry.label}`;
  return work.last ? `Changed to ${entry.label}` : `You had answered this text in another window. Changed to ${entry.label}.`;
}

// ---- back to the last answer ----
export async function goBack() {
  if (work.isBusy || isAsking() || work.last || !["task", "empty"].includes(shownView())) return;
  work.isBusy = true;
  try {
    const last = await state.api.last(state.project, state.name, state.lane);
    if (last) showTask(last.task, last);
    else toast("You have no answer to go back to.");
  } catch (problem) {
    notDone(problem, "Your last answer stays.");
  }
  work.isBusy = false;
}

export async function takeBack() {
  if (!work.last || work.isBusy) return;
  work.isBusy = true;
  const { last, task } = work;
  try {
    await state.api.takeBack(task.task_id, state.name, last.annotation_id);
  } catch (problem) {
    notDone(problem, "Your answer is not taken back.");
    work.isBusy = false;
    return;
  }
  toast(last.label === null ? "Took back the skip" : `Took back ${last.label}`);
  await moveOn();
}

export const keep = () => (work.last && !work.isBusy ? next() : null);

function notDone(problem, what) {
  if (problem.isAboutKey) failed(problem, next);
  else if (problem.isTemporary) toast(`${what} ${failureMessage(problem).text} Try again in a moment.`, { isProblem: true });
  else toast(`${what} ${conflictMessage(problem)}`, { isProblem: true });
}
