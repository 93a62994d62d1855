// From the gateway's JSON to the page's tasks. Members that a gateway leaves out get their defaults here.
import type { Answer, Content, Dispute, Guideline, LabelSchema, Last, Prelabel, Task } from "../contract";

/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- JSON of the gateway */
type Json = any;

const letter = (index: number) => (index < 26 ? String.fromCharCode(65 + index) : `${index + 1}`);

export function readTask(json: Json, guideline: Guideline | null): Task | null {
  if (!json) return null;
  return {
    task_id: json.task_id,
    version: json.guideline.version,
    schema: readSchema(json, guideline),
    content: readContent(json.content),
    prelabel: readPrelabel(json.prediction),
    prelabelMode: json.prelabel ?? "shown",
    isEarlier: Boolean(json.labels),
    dispute: readDispute(json.dispute),
  };
}

export function readLast(json: Json, guideline: Guideline | null): Last | null {
  if (!json) return null;
  return {
    annotation_id: json.annotation_id,
    answer: readAnswer(json),
    code: json.code ?? null,
    reason: json.reason ?? "",
    task: readTask(json.task, guideline)!,
  };
}

function readSchema(json: Json, guideline: Guideline | null): LabelSchema {
  if (json.schema) return json.schema;
  if (json.labels) return { kind: "single_choice", classes: json.labels };
  return guideline ? guideline.label_schema : { kind: "single_choice", classes: [] };
}

export function readContent(json: Json): Content {
  if (!json.kind) return { kind: "text", text: json.text ?? json.uri ?? "" };
  // An installation that signs no addresses for images names none.
  return json.media?.url ? json : { ...json, media: null };
}

// Return the answer of a vote, or null for a skip. `label` alone is the answer of a single choice.
function readAnswer(json: Json): Answer | null {
  if (json.answer && json.answer.kind !== "skip") return json.answer;
  return json.label == null ? null : { kind: "class", label: json.label };
}

function readPrelabel(json: Json): Prelabel | null {
  if (!json) return null;
  const { score = null, scores = null, model = "", version = "", ...answer } = json;
  const own = answer.kind ? answer : { kind: "class", label: answer.label };
  const sure = score ?? (own.kind === "class" && scores ? (scores[own.label] ?? null) : null);
  return { answer: own as Answer, score: sure, model, version };
}

function readDispute(json: Json): Dispute | null {
  if (!json) return null;
  const votes = json.votes.map((vote: Json, index: number) => ({
    who: letter(index),
    answer: readAnswer(vote),
    code: vote.code ?? null,
    reason: vote.reason ?? "",
    skill: vote.skill ?? null,
  }));
  return { votes, posterior: Object.entries(json.posterior ?? {}), reason: json.reason ?? "" };
}
