// Labelling: the next item, an answer or a skip, and the way back to the last answer.
import type { Answer, Guideline, Last, Progress, Task } from "../contract";
import { describeAnswer, typeOf } from "../types/registry";
import { Problem, type SkipReason } from "./api";
import { dropDraft, keepDraft, readDraft } from "./drafts";
import { accessMessage, conflictMessage, failureMessage } from "./messages";
import { announce, say } from "./say.svelte";
import { failed, later, server, session, setup, show } from "./session.svelte";
import { reasonText, type Decide } from "./skips";
import {
  dropAnswer,
  keepAnswer,
  keptAnswers,
  sendAnswer,
  stopWaiting,
  waitToSend,
  type Entry,
} from "./unsent.svelte";

const CHECK_AGAIN_MS = 5000;
const SLOW_MS = 1000; // after which the page says that it sends
const CHANGE_MS = 9000;
const LONGEST_SENDING_MS = 20000;

export const work = $state({
  task: null as Task | null,
  shown: 0, // counts the items shown: an editor belongs to one
  answer: null as Answer | null,
  replaced: null as Answer | null, // the answer that a copied pre-label replaced
  last: null as Last | null,
  guideline: null as Guideline | null,
  isRevealed: false, // a pre-label on demand
  progress: null as Progress | null,
  isBusy: false,
  isAsking: false,
});
let since = 0;
let isCurrent = false; // whether the guideline is the one of the latest task
let decide: Decide = () => {};

async function readGuideline(): Promise<void> {
  work.guideline = await server().guideline(session.project);
  isCurrent = true;
}

// Send the answers that an earlier visit could not send, then show the first item.
export async function enter(): Promise<void> {
  if (session.view !== "error") show("loading");
  try {
    await sendKept();
    await readGuideline();
  } catch (problem) {
    return failed(problem as Problem, enter);
  }
  return next();
}

async function sendKept(): Promise<void> {
  for (const entry of keptAnswers(session.project, session.name)) {
    try {
      await sendAnswer(server(), entry);
    } catch (error) {
      const problem = error as Problem;
      if (problem.isTemporary || problem.isAboutKey) throw problem;
      say(`An earlier answer was not needed any more. ${conflictMessage(problem)}`, { isProblem: true });
    }
    dropAnswer(entry);
  }
  stopWaiting();
}

async function fetchTask(): Promise<Task | null> {
  const { project, name, lane } = session;
  const task = await server().next(project, name, lane, work.guideline);
  if (!task || (isCurrent && task.version === work.guideline?.guideline.version)) return task;
  const before = work.guideline?.guideline.version;
  await readGuideline();
  tellChange(before);
  return server().next(project, name, lane, work.guideline); // the same task, with the labels of this guideline
}

// A guideline that changes between two items may go unseen: say it, and mark its button until it is opened.
function tellChange(before: string | undefined): void {
  const version = work.guideline!.guideline.version;
  if (!before || before === version) return;
  session.isGuidelineNew = !session.isGuidelineOpen;
  say(`The guideline has changed: this is version ${version}. Read it before you go on.`, {
    forMs: CHANGE_MS,
  });
}

export async function next(): Promise<void> {
  const { shown } = work;
  // The annotator may go back to the last answer meanwhile: it stays.
  const isLate = () => work.shown !== shown;
  if (!["empty", "error"].includes(session.view)) show("loading");
  try {
    const task = await fetchTask();
    if (isLate()) return;
    if (task) showTask(task);
    else showEmpty();
  } catch (problem) {
    return isLate() ? undefined : failed(problem as Problem, next);
  } finally {
    if (!isLate()) work.isBusy = false;
  }
  return refreshProgress();
}

function showTask(task: Task, last: Last | null = null): void {
  const type = typeOf(task.schema.kind);
  const draft = readDraft(task.task_id);
  const empty: Answer | null = type ? type.empty(task.schema, task.content) : null;
  const answer = last?.answer ?? (draft && draft.kind === empty?.kind ? draft : empty);
  const fresh = { replaced: null, isRevealed: false, isBusy: false, shown: work.shown + 1 };
  Object.assign(work, { task, last, answer, ...fresh });
  since = performance.now();
  show("task");
  announce(`${last ? `${lastText(last)} ` : ""}${contentText(task)}`);
}

const NAMES = { text: "Text", conversation: "Conversation", candidates: "Prompt" };

function contentText({ content }: Task): string {
  if (content.kind === "image") return "Image to label";
  const turns = (content.turns ?? []).map((turn) => `${turn.role}: ${turn.text}`).join("\n");
  return `${NAMES[content.kind]}: ${(content.text ?? (content.prompt || turns)).slice(0, 1000)}`;
}

export function lastText(last: Last): string {
  if (last.answer) {
    return `Your last answer was “${describeAnswer(last.answer, last.task.content)}”. ${isChoice(last) ? "Choose another label" : "Send another answer"} to change it.`;
  }
  const why = reasonText(last);
  const how = isChoice(last) ? "Choose a label to answer it" : "Send an answer";
  return `You skipped this item${why ? `: ${why}` : ""}. ${how} after all.`;
}

const isChoice = (last: Last) => last.task.schema.kind === "single_choice";

function showEmpty(): void {
  Object.assign(work, { task: null, last: null });
  const title = session.lane === "review" ? "Nothing to review right now" : "Nothing to label right now";
  if (session.view !== "empty") announce(title);
  show("empty");
  later(next, CHECK_AGAIN_MS);
}

async function refreshProgress(): Promise<void> {
  try {
    work.progress = await server().progress(session.project, session.name, session.lane);
  } catch {
    /* labelling works without it, and the last numbers stay */
  }
}

// ---- answers ----
const isReady = () => !work.isBusy && !work.isAsking && session.view === "task" && work.task !== null;

/** Return true, or what is missing of the answer in a sentence. */
export function checkAnswer(): true | string {
  const { task, answer } = work;
  if (!task || !answer) return "This page cannot answer this kind of task yet. Skip it.";
  return typeOf(task.schema.kind)?.complete(task.schema, answer, task.content) ?? "Skip it.";
}

export function keepWork(): void {
  if (work.task && work.answer && !work.isBusy && !work.last) keepDraft(work.task.task_id, work.answer);
}

export function submit(): void {
  if (!isReady()) return;
  const complete = checkAnswer();
  if (complete === true) void deliver({ answer: $state.snapshot(work.answer) as Answer });
  else say(complete, { isProblem: true });
}

export async function skip(): Promise<void> {
  if (!isReady()) return;
  work.isAsking = true;
  const reason = await new Promise<SkipReason | null>((resolve) => (decide = resolve));
  work.isAsking = false;
  if (reason && isReady()) await deliver({ skip: reason });
}

export function finishSkip(reason: SkipReason | null): void {
  decide(reason);
  decide = () => {};
}

function deliver(content: { answer: Answer } | { skip: SkipReason }): Promise<void> {
  work.isBusy = true;
  const seconds = Math.round((performance.now() - since) / 100) / 10;
  const { task_id, content: shown } = work.task!;
  const owner = { task: task_id, project: session.project, annotator: session.name };
  const words = "answer" in content ? describeAnswer(content.answer, shown) : undefined;
  const entry = { ...owner, ...content, words, seconds };
  keepAnswer(entry);
  dropDraft(entry.task);
  return send(entry);
}

async function send(entry: Entry): Promise<void> {
  let stored;
  const notice = setTimeout(() => say("Sending …", { forMs: LONGEST_SENDING_MS }), SLOW_MS);
  try {
    stored = await sendAnswer(server(), entry);
  } catch (problem) {
    return notSent(problem as Problem, entry);
  } finally {
    clearTimeout(notice);
  }
  dropAnswer(entry);
  stopWaiting();
  say(savedText(entry, stored.action));
  await moveOn();
}

async function notSent(problem: Problem, entry: Entry): Promise<void> {
  if (problem.isAboutKey) {
    setup(`${accessMessage(problem, Boolean(server().key))} Your last answer is kept and will be sent then.`);
    work.isBusy = false;
  } else if (problem.isTemporary) {
    waitToSend(problem, entry, () => void send(entry));
  } else {
    await refused(problem, entry);
  }
}

async function refused(problem: Problem, entry: Entry): Promise<void> {
  dropAnswer(entry);
  stopWaiting();
  if (problem.isAboutAnswer && entry.answer) keepDraft(entry.task, entry.answer); // to be corrected, not lost
  say(`Not saved. ${conflictMessage(problem)}`, { isProblem: true });
  isCurrent = false; // the labels may have changed: read the guideline again
  await moveOn();
}

function moveOn(): Promise<void> | void {
  work.isBusy = false;
  if (session.view === "task") return next();
}

function savedText(entry: Entry, action: string): string {
  if (!entry.answer) return "Skipped";
  const words = entry.words ?? describeAnswer(entry.answer);
  if (action !== "updated") return `Labelled ${words}`;
  return work.last
    ? `Changed to ${words}`
    : `You had answered this item in another window. Changed to ${words}.`;
}

// ---- back to the last answer ----
export async function goBack(): Promise<void> {
  if (work.isBusy || work.isAsking || work.last || !["task", "empty"].includes(session.view)) return;
  work.isBusy = true;
  try {
    const last = await server().last(session.project, session.name, session.lane, work.guideline);
    if (last) showTask(last.task, last);
    else say("You have no answer to go back to.");
  } catch (problem) {
    notDone(problem as Problem, "Your last answer stays.");
  }
  work.isBusy = false;
}

export async function takeBack(): Promise<void> {
  if (!work.last || !work.task || work.isBusy) return;
  work.isBusy = true;
  const { last, task } = work;
  try {
    await server().takeBack(task.task_id, session.name, last.annotation_id);
  } catch (problem) {
    notDone(problem as Problem, "Your answer is not taken back.");
    work.isBusy = false;
    return;
  }
  say(last.answer ? `Took back ${describeAnswer(last.answer, task.content)}` : "Took back the skip");
  await moveOn();
}

export function keep(): void {
  if (work.last && !work.isBusy) void next();
}

function notDone(problem: Problem, what: string): void {
  if (problem.isAboutKey) failed(problem, next);
  else if (problem.isTemporary) {
    say(`${what} ${failureMessage(problem).text} Try again in a moment.`, { isProblem: true });
  } else say(`${what} ${conflictMessage(problem)}`, { isProblem: true });
}
