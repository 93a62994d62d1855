import type { AnswerOf, SchemaOf } from "../../contract";
import type { LabelType } from "../type";
import Editor from "./Editor.svelte";
import { valuesOf } from "./scale";

export const rating: LabelType<SchemaOf<"rating">, AnswerOf<"rating">> = {
  Editor,
  View: null,
  keys: ({ low, high }) => [
    { key: `${low}–${Math.min(high, 9)}`, does: "rate" },
    { key: "← →", does: "choose" },
  ],
  empty: () => ({ kind: "rating", value: null }),
  complete: (schema, answer) =>
    (answer.value !== null && valuesOf(schema).includes(answer.value)) || "Choose a rating.",
  describe: (answer) => String(answer.value ?? "no rating"),
};
