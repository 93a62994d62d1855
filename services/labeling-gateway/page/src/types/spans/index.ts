import type { AnswerOf, SchemaOf } from "../../contract";
import { MANY, usesLetters } from "../classes";
import type { LabelType } from "../type";
import { completeSpans } from "./editing";
import Editor from "./Editor.svelte";
import { markedText } from "./offsets";
import View from "./View.svelte";

export const spans: LabelType<SchemaOf<"spans">, AnswerOf<"spans">> = {
  Editor,
  View,
  keys: ({ classes }) => [
    { key: "← →", does: "select" },
    { key: "Shift+→", does: "extends" },
    { key: classes.length > MANY ? "Type, Enter" : "1–9", does: "mark" },
    { key: "↑ ↓", does: "choose a span" },
    { key: "Del", does: "removes it" },
    { key: ".", does: "characters" },
  ],
  empty: () => ({ kind: "spans", spans: [] }),
  complete: (schema, answer, content) => completeSpans(schema, answer.spans, markedText(content)),
  describe: ({ spans }) => {
    const few = spans.slice(0, 3).map((span) => `${span.label}: ${span.text}`);
    return (few.join("; ") || "nothing marked") + (spans.length > 3 ? ` and ${spans.length - 3} more` : "");
  },
  draws: "all",
  letters: (schema) => usesLetters(schema.classes),
  submitText: (answer) => (answer.spans.length ? "Submit" : "Nothing to mark"),
};
