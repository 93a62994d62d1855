// From the address, the name and the key to a project, or to the list of projects.
import { Problem } from "./api";
import { NO_PROJECTS, NO_REVIEWS, NOT_OPENED } from "./messages";
import { addressOf } from "./projects";
import {
  failed,
  hideTools,
  later,
  openProject,
  server,
  session,
  setup,
  show,
  showProblem,
} from "./session.svelte";
import { enter } from "./work.svelte";

const CHECK_AGAIN_MS = 10000;

// Go to the project of the address, to the only project of the key, or to the list.
export async function open(): Promise<void> {
  if (!["projects", "error"].includes(session.view)) show("loading");
  try {
    session.projects = (await server().projects(session.name)).projects;
  } catch (problem) {
    return failed(problem as Problem, open);
  }
  const only = session.projects.length === 1 && !session.project ? session.projects[0] : null;
  if (only) history.replaceState(null, "", addressOf(only.project, session.lane));
  if (only) session.project = only.project;
  if (session.project) return goTo();
  return session.projects.length ? showList() : showProblem(NO_PROJECTS, open);
}

function goTo(): Promise<void> | void {
  const project = openProject();
  if (!project) return showProblem(NOT_OPENED, open);
  if (session.lane === "review" && project.reviews_for_you === null) return showProblem(NO_REVIEWS, open);
  session.hasTools = true;
  document.title = `${project.title || project.project} · Shoal`;
  return enter();
}

function showList(): void {
  hideTools();
  show("projects");
  document.title = "Projects · Shoal";
  later(open, CHECK_AGAIN_MS);
}

// Ask for the name, and for a key if Shoal needs one.
export async function ask(): Promise<void> {
  let needsKey = true;
  try {
    await server().projects(session.name || "-");
    needsKey = Boolean(server().key);
  } catch {
    /* the form asks for the key; a failure shows when it is sent */
  }
  setup("", needsKey);
}
