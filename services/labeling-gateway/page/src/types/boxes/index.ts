import type { AnswerOf, SchemaOf } from "../../contract";
import { countLabels } from "../../shapes/items";
import { shapeKeys, submitWords } from "../../shapes/words";
import { usesLetters } from "../classes";
import type { LabelType } from "../type";
import Editor from "./Editor.svelte";
import View from "./View.svelte";

export const boxes: LabelType<SchemaOf<"boxes">, AnswerOf<"boxes">> = {
  Editor,
  View,
  keys: (schema) => shapeKeys(schema.classes, "box", "corner"),
  empty: (_, content) => ({
    kind: "boxes",
    width: content.media?.width ?? 1,
    height: content.media?.height ?? 1,
    boxes: [],
  }),
  complete: (schema, answer) =>
    answer.boxes.length <= (schema.most ?? Infinity) || `Delete boxes: at most ${schema.most} are allowed.`,
  describe: (answer) => countLabels(answer.boxes) || "no box",
  draws: "all",
  letters: (schema) => usesLetters(schema.classes),
  submitText: (answer) => submitWords(answer.boxes.length, "box", "boxes"),
};
