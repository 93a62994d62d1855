// The dialog that asks why a text is skipped: the keys 1-5 choose, Escape goes back.
import { $, element } from "./dom.js";

const REASONS = [
  ["unclear_rule", "The guideline does not say what this is"],
  ["unreadable", "I cannot read or see it"],
  ["several_classes", "Two or more labels fit"],
  ["not_my_field", "I do not know this subject"],
  ["other", "Another reason …"],
];
const SHORT = {
  unclear_rule: "the guideline is unclear", unreadable: "cannot be read or seen", several_classes: "two or more labels fit",
  not_my_field: "not their subject", other: "another reason",
};

// Return why a text was skipped, in a few words; an empty text if no reason was stated.
export function reasonText({ code, reason }) {
  if (code === "other" && reason) return reason;
  return [SHORT[code] || code, reason].filter(Boolean).join(": ");
}

let decide = () => {};

function choose(code) {
  if (code !== "other") return finish({ code, reason: "" });
  $("other-field").hidden = $("other-send").hidden = false;
  $("other").focus();
  return null;
}

function sendOther() {
  const reason = $("other").value.trim();
  if (reason) return finish({ code: "other", reason });
  $("other-problem").textContent = "Write a few words, or choose another reason.";
  $("other").focus();
  return null;
}

function finish(skip) {
  const call = decide;
  decide = () => {};
  $("skip-dialog").close();
  call(skip);
}

$("reasons").append(...REASONS.map(([code, text], index) => {
  const key = element("kbd", { textContent: String(index + 1) });
  key.setAttribute("aria-hidden", "true");
  const button = element("button", { type: "button" }, element("span", { textContent: text }), key);
  button.dataset.code = code;
  button.setAttribute("aria-keyshortcuts", String(index + 1));
  button.addEventListener("click", () => choose(code));
  return button;
}));
$("skip-dialog").addEventListener("keydown", (event) => {
  if (event.target === $("other")) {
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      sendOther();
    }
  } else if (REASONS[Number(event.key) - 1] && !event.repeat) {
    event.preventDefault();
    choose(REASONS[Number(event.key) - 1][0]);
  }
});
$("skip-dialog").addEventListener("close", () => finish(null));
$("skip-cancel").addEventListener("click", () => finish(null));
$("other-send").addEventListener("click", sendOther);

// Ask for a reason; return { code, reason }, or null if the annotator goes back.
export function askReason() {
  $("other").value = $("other-problem").textContent = "";
  $("other-field").hidden = $("other-send").hidden = true;
  $("skip-dialog").showModal();
  return new Promise((resolve) => { decide = resolve; });
}

export const isAsking = () => $("skip-dialog").open;
