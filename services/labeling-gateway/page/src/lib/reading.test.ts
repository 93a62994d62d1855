import { expect, it } from "vitest";
import type { Guideline } from "../contract";
import { readLast, readTask } from "./reading";

const guideline: Guideline = {
  title: "",
  html: "",
  guideline: { version: "1.0" },
  label_schema: { kind: "single_choice", classes: [{ name: "gold" }] },
};
const task = { task_id: "1", content: { text: "A" }, guideline: { version: "1.0" }, prediction: null };

it("takes the schema of the task, then its classes, then those of the guideline", () => {
  const schema = { kind: "text" };
  expect(readTask({ ...task, schema, labels: [] }, guideline)!.schema).toBe(schema);
  expect(readTask({ ...task, labels: [{ name: "old" }] }, guideline)!.schema).toEqual({
    kind: "single_choice",
    classes: [{ name: "old" }],
  });
  expect(readTask(task, guideline)!.schema).toBe(guideline.label_schema);
});
it("reads a prediction as an answer without the words about the model", () => {
  const about = { model: "m", version: "2" };
  expect(readTask({ ...task, prediction: { label: "gold", score: 0.6, ...about } }, null)!.prelabel).toEqual({
    answer: { kind: "class", label: "gold" },
    score: 0.6,
    ...about,
  });
  const classes = { kind: "classes", labels: ["a"], scores: { a: 0.9 }, ...about };
  expect(readTask({ ...task, prediction: classes }, null)!.prelabel).toEqual({
    answer: { kind: "classes", labels: ["a"] },
    score: null,
    ...about,
  });
});
it("names votes by letters and tells skips from answers", () => {
  const votes = [
    { label: "gold", reason: "" },
    { code: "other", reason: "no" },
    { answer: { kind: "skip" } },
  ];
  const read = readTask(
    { ...task, dispute: { votes, posterior: { gold: 0.5 }, reason: "r" } },
    null,
  )!.dispute!;
  expect(read.votes.map((vote) => [vote.who, vote.answer])).toEqual([
    ["A", { kind: "class", label: "gold" }],
    ["B", null],
    ["C", null],
  ]);
  expect(readLast({ annotation_id: "x", task, answer: { kind: "rating", value: 3 } }, null)!.answer).toEqual({
    kind: "rating",
    value: 3,
  });
});
it("shows no image without an address", () => {
  const media = { url: null, thumbnail: null, width: null, height: null };
  expect(readTask({ ...task, content: { kind: "image", media } }, null)!.content.media).toBeNull();
});
