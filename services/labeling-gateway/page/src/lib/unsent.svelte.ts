// Answers that could not be sent: kept in this browser and sent again, also after a reload. Sending one twice
// stores it once.
import type { Answer } from "../contract";
import { describeAnswer } from "../types/registry";
import type { Api, Problem, SkipReason } from "./api";
import { unsentMessage } from "./messages";
import { toast } from "./say.svelte";
import { browserStore } from "./storage";

const KEY = "shoal.unsent";
const FIRST_WAIT_S = 2;
const LONGEST_WAIT_S = 30;

export interface Entry {
  task: string;
  project: string;
  annotator: string;
  seconds: number;
  answer?: Answer;
  skip?: SkipReason;
  words?: string; // the answer, as the page named it
  label?: string; // of entries that an earlier version of the page kept
}

function read(): Record<string, Entry> {
  try {
    return JSON.parse(browserStore.read(KEY) ?? "") || {};
  } catch {
    return {};
  }
}

export function keepAnswer(entry: Entry): void {
  browserStore.write(KEY, JSON.stringify({ ...read(), [`${entry.annotator} ${entry.task}`]: entry }));
}

export function dropAnswer(entry: Entry): void {
  const entries = read();
  delete entries[`${entry.annotator} ${entry.task}`];
  browserStore.write(KEY, JSON.stringify(entries));
}

export function keptAnswers(project: string, annotator: string): Entry[] {
  return Object.values(read()).filter((entry) => entry.project === project && entry.annotator === annotator);
}

const answerOf = (entry: Entry): Answer => entry.answer ?? { kind: "class", label: entry.label ?? "" };

export function sendAnswer(api: Api, entry: Entry): Promise<{ action: string }> {
  return entry.skip
    ? api.skip(entry.task, entry.annotator, entry.skip, entry.seconds)
    : api.answer(entry.task, entry.annotator, answerOf(entry), entry.seconds);
}

const nameOf = (entry: Entry) =>
  entry.skip ? "Your skip" : `Your answer “${entry.words ?? describeAnswer(answerOf(entry))}”`;

export const unsent = $state({ isOn: false, title: "", text: "", retry: (() => {}) as () => void });
let timer: ReturnType<typeof setTimeout>;
let waits = 0;

// Say that an answer waits, and call `again` after a growing wait, or at once on a click or when back online.
export function waitToSend(problem: Problem, entry: Entry, again: () => void): void {
  const retry = () => {
    clearTimeout(timer);
    again();
  };
  toast.isOn = false; // it may still say that the answer is on its way
  Object.assign(unsent, unsentMessage(problem, nameOf(entry)), { isOn: true, retry });
  const wait = Math.max(problem.retryAfter, Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** waits++));
  clearTimeout(timer);
  timer = setTimeout(again, 1000 * wait);
}

addEventListener("online", () => unsent.isOn && unsent.retry());

export function stopWaiting(): void {
  clearTimeout(timer);
  waits = 0;
  unsent.isOn = false;
}
