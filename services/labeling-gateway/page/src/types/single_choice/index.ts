import type { AnswerOf, SchemaOf } from "../../contract";
import { MANY, usesLetters } from "../classes";
import type { LabelType } from "../type";
import Editor from "./Editor.svelte";

export const singleChoice: LabelType<SchemaOf<"single_choice">, AnswerOf<"class">> = {
  Editor,
  View: null,
  keys: ({ classes }) =>
    classes.length > MANY
      ? [
          { key: "Type", does: "to filter" },
          { key: "Enter", does: "picks the first" },
          { key: "1–9", does: "choose" },
        ]
      : [{ key: "1–9", does: "choose" }],
  empty: () => ({ kind: "class", label: "" }),
  complete: (schema, answer) =>
    schema.classes.some((item) => item.name === answer.label) || "Choose a label.",
  describe: (answer) => answer.label,
  immediate: true,
  letters: (schema) => usesLetters(schema.classes),
};
