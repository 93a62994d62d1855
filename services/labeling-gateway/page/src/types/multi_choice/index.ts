import type { AnswerOf, SchemaOf } from "../../contract";
import { MANY, usesLetters } from "../classes";
import type { LabelType } from "../type";
import { completeChoice } from "./choosing";
import Editor from "./Editor.svelte";
import View from "./View.svelte";

export const multiChoice: LabelType<SchemaOf<"multi_choice">, AnswerOf<"classes">> = {
  Editor,
  View,
  keys: ({ classes }) =>
    classes.length > MANY
      ? [
          { key: "Type", does: "to filter" },
          { key: "Enter", does: "adds the first" },
          { key: "Ctrl+Enter", does: "submits" },
        ]
      : [
          { key: "1–9", does: "switch labels" },
          { key: "Ctrl+Z", does: "undoes" },
        ],
  empty: () => ({ kind: "classes", labels: [] }),
  complete: (schema, answer) => completeChoice(schema, answer.labels),
  describe: (answer) => answer.labels.join(", ") || "none of the labels",
  letters: (schema) => usesLetters(schema.classes),
  submitText: (answer) => (answer.labels.length ? "Submit" : "None applies"),
};
