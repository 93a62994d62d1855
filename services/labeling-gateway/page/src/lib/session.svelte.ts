// Who works on what: name, key and project, and the view that the page shows.
import type { Project } from "../contract";
import { Api, type Problem } from "./api";
import { accessMessage, failureMessage, type Message } from "./messages";
import { browserStore, tabStore } from "./storage";

export type ViewName = "loading" | "setup" | "projects" | "task" | "empty" | "error";
const TRY_AGAIN_MS = 5000;

export const session = $state({
  view: "loading" as ViewName,
  project: "",
  lane: "label" as "label" | "review",
  name: "",
  hasTools: false, // the bar shows the project, the progress and the tools
  projects: [] as Project[],
  setupProblem: "",
  needsKey: true,
  isGuidelineOpen: false,
  isGuidelineNew: false, // it has changed since it was opened last
  error: null as Message | null,
  retry: (() => {}) as () => void,
});

let api = new Api("");
let timer: ReturnType<typeof setTimeout>;
export const server = (): Api => api;
export const openProject = (): Project | undefined =>
  session.projects.find((item) => item.project === session.project);

export function readAddress(): void {
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- read once
  const query = new URLSearchParams(location.search);
  session.project = query.get("project") || "";
  session.lane = query.get("lane") === "review" ? "review" : "label";
  session.name = browserStore.read("shoal.name") || "";
  api = new Api(tabStore.read("shoal.key") || "");
}

export function show(view: ViewName): void {
  clearTimeout(timer);
  session.view = view;
}

// Call `again` after a while, unless another view is shown before.
export function later(again: () => void, milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(again, milliseconds);
}

export function hideTools(): void {
  session.hasTools = session.isGuidelineOpen = false;
}

// Show the form of name and key; `needsKey` is false where no key is needed.
export function setup(problem = "", needsKey = true): void {
  hideTools();
  Object.assign(session, { setupProblem: problem, needsKey });
  show("setup");
}

// Show why something failed. What may pass by itself is tried again; a key that does not work is asked for.
export function failed(problem: Problem, again: () => void): void {
  if (problem.isAboutKey) return setup(accessMessage(problem, Boolean(api.key)));
  showProblem(failureMessage(problem), again);
  if (problem.isTemporary) later(again, Math.max(TRY_AGAIN_MS, 1000 * problem.retryAfter));
}

export function showProblem(message: Message, again: () => void): void {
  if (session.view !== "error" || session.error?.title !== message.title) session.error = message;
  session.retry = () => {
    show("loading");
    again();
  };
  show("error");
}

// Keep the name and the key of the form; false if the name is missing.
export function savePerson(name: string, key: string): boolean {
  if (!name.trim()) {
    session.setupProblem = "Enter your name.";
    return false;
  }
  session.name = name.trim();
  browserStore.write("shoal.name", session.name);
  if (key.trim()) tabStore.write("shoal.key", key.trim());
  api = new Api(tabStore.read("shoal.key") || "");
  return true;
}
