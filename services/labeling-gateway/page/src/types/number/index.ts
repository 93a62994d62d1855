import type { AnswerOf, SchemaOf } from "../../contract";
import type { LabelType } from "../type";
import Editor from "./Editor.svelte";
import { completeNumber } from "./reading";

export const number: LabelType<SchemaOf<"number">, AnswerOf<"number">> = {
  Editor,
  View: null,
  keys: () => [
    { key: "0–9", does: "type" },
    { key: "↑ ↓", does: "step" },
  ],
  empty: () => ({ kind: "number", value: null }),
  complete: (schema, answer) => completeNumber(schema, answer.value),
  letters: () => true, // the field has the focus
  describe: (answer) => String(answer.value ?? "no number"),
};
