// Failed calls in the annotator's terms: what happened, and what to do. Technical details go to the console.
import type { Problem } from "./api";

export interface Message {
  title: string;
  text: string;
  advice: string;
}

const CONFLICTS: Record<string, string> = {
  "Task closed": "This item needs no more answers.",
  "Task full": "Others have already answered this item.",
  "Sample seen": "You have already answered or skipped this item.",
  "Already answered": "You have already answered this item.",
  "Already skipped": "You have already skipped this item.",
  "Sample erased": "This item was deleted.",
};

const GONE: Record<string, string> = {
  "Unknown task": "This item is no longer in the queue.",
  "Unknown annotation": "This answer was already taken back.",
  "Unknown label":
    "The labels of this project have changed. Look at the item again and choose one of the new labels.",
};

const ACCESS: Record<string, string> = {
  "Another project's key": "This key belongs to another project. Enter a key for this project.",
  "Another annotator's name": "This key is for another name. Enter the name that you got with the key.",
  "Reviewers only": "This key does not allow reviews. Enter a reviewer's key, or label instead.",
};

const FAILURES: Record<string, Message> = {
  "Unknown project": {
    title: "Project not found",
    text: "There is no project with this name, or it was removed.",
    advice: "Choose a project, or ask its owner for the right address.",
  },
  "No guideline yet": {
    title: "Not ready for labelling",
    text: "This project has no guideline yet.",
    advice: "Try again after the project's owner has published one.",
  },
};

const OFFLINE = {
  title: "No connection",
  text: "Shoal does not answer.",
  advice: "Check your network connection. This page tries again by itself.",
};
const BUSY = {
  title: "Shoal is busy",
  text: "It gets more requests than it can answer at the moment.",
  advice: "Wait a moment. This page tries again by itself.",
};
const UNAVAILABLE = {
  title: "Shoal is not available",
  text: "Something on our side failed for a moment.",
  advice: "This page tries again by itself. If it goes on, tell the project's owner.",
};
const UNEXPECTED = {
  title: "Something went wrong",
  text: "Shoal could not do this.",
  advice: "Reload the page. If it happens again, tell the project's owner.",
};
const NO_PROJECTS = {
  title: "No project to work on",
  text: "Your key opens no project yet.",
  advice: "Ask the project's owner to create one, or to give you another key.",
};
const NOT_OPENED = {
  title: "Project not found",
  text: "Your key opens no project with this name.",
  advice: "Choose one of your projects, or enter the key of this one.",
};
const NO_REVIEWS = {
  title: "For reviewers only",
  text: "Your key does not allow reviews.",
  advice: "Choose a project to label instead, or enter a reviewer's key.",
};

function log(problem: Problem): void {
  console.warn(`${problem.status} ${problem.title}: ${problem.message} ${problem.fix}`);
}

// Return the sentence for an answer that was refused because of the state of its item.
export function conflictMessage(problem: Problem): string {
  log(problem);
  const known = CONFLICTS[problem.title] || GONE[problem.title];
  if (known) return known;
  return problem.isAboutAnswer
    ? `Shoal did not accept this answer: ${problem.message}. Correct it, or skip the item.`
    : "Shoal did not accept this answer.";
}

// Return the sentence for a missing, wrong or withdrawn key.
export function accessMessage(problem: Problem, hasKey: boolean): string {
  log(problem);
  if (problem.status === 401) {
    return hasKey
      ? "Your key does not work: it was withdrawn, or mistyped. Enter it again, or ask the project's owner for a new one."
      : "Enter your key to start.";
  }
  return ACCESS[problem.title] || "This key does not allow labelling. Enter an annotator's key.";
}

// Return { title, text, advice } for any other failure.
export function failureMessage(problem: Problem): Message {
  log(problem);
  if (problem.status === 0) return OFFLINE;
  if (FAILURES[problem.title]) return FAILURES[problem.title]!;
  if (problem.status === 422 && problem.field === "project") return FAILURES["Unknown project"]!;
  if (problem.status === 429) return BUSY;
  return problem.isTemporary ? UNAVAILABLE : UNEXPECTED;
}

export { NO_PROJECTS, NO_REVIEWS, NOT_OPENED };

// Return { title, text } about an answer that waits to be sent.
export function unsentMessage(problem: Problem, what: string): { title: string; text: string } {
  if (problem.isAboutKey) {
    return {
      title: "Not saved yet.",
      text: `${what} is kept on this device and will be sent when your key works again.`,
    };
  }
  const { title } = failureMessage(problem);
  return {
    title: `${title}.`,
    text: `${what} is not saved yet. It is kept on this device and will be sent as soon as Shoal answers.`,
  };
}
