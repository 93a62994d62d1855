import type { AnswerOf, SchemaOf } from "../../contract";
import { numberOf } from "../candidates";
import type { LabelType } from "../type";
import Editor from "./Editor.svelte";

export const pair: LabelType<SchemaOf<"pair">, AnswerOf<"pair">> = {
  Editor,
  View: null,
  keys: ({ ties }) => [
    { key: "1 2", does: "choose the better one" },
    ...(ties === false ? [] : [{ key: "0", does: "equally good" }]),
  ],
  empty: () => ({ kind: "pair", choice: null, open: true }),
  complete: (schema, answer, content) => {
    if (answer.open) return "Choose the better one.";
    if (answer.choice === null) return schema.ties !== false || "One of the two must be better.";
    const ids = (content.candidates ?? []).map((item) => item.id);
    return ids.includes(answer.choice) || "Choose one of the two.";
  },
  describe: (answer, content) =>
    answer.choice === null ? "equally good" : `answer ${numberOf(answer.choice, content)} is better`,
  draws: "candidates",
  immediate: true,
};
