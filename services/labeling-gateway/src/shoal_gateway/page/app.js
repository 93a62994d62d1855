// The annotator's page: from the address, the name and the key to a project and its texts.
import { $, shownView } from "./dom.js";
import { toggleGuideline } from "./guideline.js";
import "./keyboard.js";
import { NO_PROJECTS, NO_REVIEWS, NOT_OPENED } from "./messages.js";
import { addressOf, showProjects, waitingText } from "./projects.js";
import { failed, hideTools, later, readAddress, saveForm, setup, show, showProblem, state } from "./session.js";
import { enter, goBack, keep, next, skip, takeBack } from "./work.js";

const CHECK_AGAIN_MS = 10000;

// Go to the project of the address, to the only project of the key, or to the list.
async function open() {
  if (!["projects", "error"].includes(shownView())) show("loading");
  let projects;
  try {
    ({ projects } = await state.api.projects(state.name));
  } catch (problem) {
    return failed(problem, open);
  }
  const only = projects.length === 1 && !state.project ? projects[0] : null;
  if (only) history.replaceState(null, "", addressOf(only.project, state.lane));
  if (only) state.project = only.project;
  if (state.project) return goTo(projects);
  return projects.length ? list(projects) : showProblem(NO_PROJECTS, open);
}

function goTo(projects) {
  const project = projects.find((item) => item.project === state.project);
  if (!project) return showProblem(NOT_OPENED, open);
  if (state.lane === "review" && project.reviews_for_you === null) return showProblem(NO_REVIEWS, open);
  $("project-name").textContent = project.title || state.project;
  $("person-button").textContent = state.name;
  $("person-button").setAttribute("aria-label", `${state.name}: change name or key`);
  $("lane-badge").hidden = state.lane !== "review";
  $("projects-link").hidden = projects.length < 2;
  showLaneLink(project);
  for (const id of ["where", "tools"]) $(id).hidden = false;
  document.title = `${$("project-name").textContent} · Shoal`;
  return enter();
}

function showLaneLink(project) {
  const mayReview = project.reviews_for_you !== null;
  $("lane-link").hidden = !mayReview;
  if (!mayReview) return;
  const isReview = state.lane === "review";
  $("lane-link").href = addressOf(state.project, isReview ? "label" : "review");
  $("lane-link").textContent = isReview ? "Label" : `Review (${waitingText(project.reviews_for_you)})`;
}

function list(projects) {
  hideTools();
  const isNew = shownView() !== "projects";
  if (isNew || !$("projects").contains(document.activeElement)) showProjects(projects);
  show("projects");
  document.title = "Projects · Shoal";
  if (isNew) $("main").focus({ preventScroll: true });
  later(open, CHECK_AGAIN_MS);
}

// Ask for the name, and for a key if Shoal needs one.
async function ask() {
  let needsKey = true;
  try {
    await state.api.projects(state.name || "-");
    needsKey = Boolean(state.api.key);
  } catch { /* the form asks for the key; a failure shows when it is sent */ }
  setup("", needsKey);
}

$("setup").addEventListener("submit", (event) => {
  event.preventDefault();
  if (saveForm()) open();
});
$("undo").addEventListener("click", goBack);
$("empty-undo").addEventListener("click", goBack);
$("keep").addEventListener("click", keep);
$("take-back").addEventListener("click", takeBack);
$("skip").addEventListener("click", skip);
$("guideline-button").addEventListener("click", toggleGuideline);
$("guideline-close").addEventListener("click", toggleGuideline);
$("person-button").addEventListener("click", ask);
$("error-setup").addEventListener("click", ask);
$("empty-refresh").addEventListener("click", next);

readAddress();
if (state.name) open();
else ask();
