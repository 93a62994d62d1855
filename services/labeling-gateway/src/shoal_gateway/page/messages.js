// Failed calls in the annotator's terms: what happened, and what to do. Technical details go to the console.

const CONFLICTS = {
  "Task closed": "This text needs no more answers.",
  "Task full": "Others have already answered this text.",
  "Sample seen": "You have already answered or skipped this text.",
  "Already answered": "You have already answered this text.",
  "Already skipped": "You have already skipped this text.",
  "Sample erased": "This text was deleted.",
};

const ACCESS = {
  "Another project's key": "This key belongs to another project. Enter a key for this project.",
  "Reviewers only": "This key does not allow reviews. Enter a reviewer's key, or clear the review box.",
};

const NO_PROJECT = { title: "Project not found", text: "There is no project with this name.", advice: "Check the name." };

const FAILURES = {
  "Unknown project": NO_PROJECT,
  "No guideline yet": {
    title: "Not ready for labelling", text: "This project has no guideline yet.",
    advice: "Try again after the project's owner has published one.",
  },
};

const OFFLINE = {
  title: "No connection", text: "Shoal did not answer.",
  advice: "Check your network connection. Your last answer may not be saved.",
};

const UNAVAILABLE = {
  title: "Shoal is not available", text: "This is a temporary failure on our side.",
  advice: "Try again in a minute. If it happens again, tell the project's owner.",
};

const UNEXPECTED = { title: "Something went wrong", advice: "Try again. If it happens again, tell the project's owner." };

// Return the sentence for an answer that was refused because of the text's state.
export function conflictMessage(problem) {
  return CONFLICTS[problem.title] || problem.message;
}

// Return the sentence for a missing or wrong key.
export function accessMessage(problem) {
  if (problem.status === 401) return "This project requires a valid API key. Enter your key.";
  return ACCESS[problem.title] || "This key does not allow labelling. Enter an annotator's key.";
}

// Return { title, text, advice } for any other failure.
export function failureMessage(problem) {
  console.warn(`${problem.status} ${problem.title}: ${problem.message} ${problem.fix}`);
  if (problem.status === 0) return OFFLINE;
  if (FAILURES[problem.title]) return FAILURES[problem.title];
  if (problem.status === 422 && problem.field === "project") return NO_PROJECT;
  if (problem.status >= 500) return UNAVAILABLE;
  return { ...UNEXPECTED, text: problem.message };
}
