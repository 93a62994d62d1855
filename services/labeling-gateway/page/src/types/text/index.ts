import type { AnswerOf, SchemaOf } from "../../contract";
import type { LabelType } from "../type";
import Editor from "./Editor.svelte";
import { completeText } from "./limit";
import View from "./View.svelte";

export const text: LabelType<SchemaOf<"text">, AnswerOf<"text">> = {
  Editor,
  View,
  keys: () => [{ key: "Ctrl+Enter", does: "submits" }],
  empty: () => ({ kind: "text", text: "" }),
  complete: (schema, answer) => completeText(schema, answer.text),
  letters: () => true, // the field has the focus
  describe: (answer) =>
    answer.text.length > 80 ? `${Array.from(answer.text).slice(0, 78).join("")}…` : answer.text,
};
