// Answers that could not be sent: kept in this browser and sent again, also after a reload. Sending one twice
// stores it once.
import { $ } from "./dom.js";
import { unsentMessage } from "./messages.js";

const KEY = "shoal.unsent";
const FIRST_WAIT_S = 2, LONGEST_WAIT_S = 30;

function read() {
  try { return JSON.parse(localStorage.getItem(KEY)) || {}; } catch { return {}; }
}

// An entry: { task, project, annotator, label } or { ..., skip: { code, reason } }, and seconds.
export function keepAnswer(entry) {
  localStorage.setItem(KEY, JSON.stringify({ ...read(), [`${entry.annotator} ${entry.task}`]: entry }));
}

export function dropAnswer(entry) {
  const entries = read();
  delete entries[`${entry.annotator} ${entry.task}`];
  localStorage.setItem(KEY, JSON.stringify(entries));
}

export function keptAnswers(project, annotator) {
  return Object.values(read()).filter((entry) => entry.project === project && entry.annotator === annotator);
}

export function sendAnswer(api, entry) {
  return entry.skip
    ? api.skip(entry.task, entry.annotator, entry.skip, entry.seconds)
    : api.answer(entry.task, entry.annotator, entry.label, entry.seconds);
}

export const nameOf = (entry) => (entry.skip ? "Your skip" : `Your answer “${entry.label}”`);

let timer = 0, waits = 0;

// Say that an answer waits, and call `again` after a growing wait, or at once on a click or when back online.
export function waitToSend(problem, entry, again) {
  const { title, text } = unsentMessage(problem, nameOf(entry));
  $("unsent-title").textContent = title;
  $("unsent-text").textContent = text;
  $("unsent").hidden = false;
  const wait = Math.max(problem.retryAfter, Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** waits++));
  clearTimeout(timer);
  timer = setTimeout(again, 1000 * wait);
  $("unsent-now").onclick = () => { clearTimeout(timer); again(); };
}

addEventListener("online", () => { if (!$("unsent").hidden) $("unsent-now").click(); });

export function stopWaiting() {
  clearTimeout(timer);
  waits = 0;
  $("unsent").hidden = true;
}
