import type { AnswerOf, SchemaOf } from "../../contract";
import { countLabels } from "../../shapes/items";
import ShapeEditor from "../../shapes/ShapeEditor.svelte";
import VotesView from "../../shapes/VotesView.svelte";
import { UNSEEN, goneClass, shapeKeys, submitWords } from "../../shapes/words";
import { usesLetters } from "../classes";
import type { LabelType } from "../type";

export const boxes: LabelType<SchemaOf<"boxes">, AnswerOf<"boxes">> = {
  Editor: ShapeEditor,
  View: VotesView,
  keys: (schema) => shapeKeys(schema.classes, "box", "corner"),
  // The size comes with the picture: no object is an answer about a picture that was shown.
  empty: () => ({ kind: "boxes", width: 0, height: 0, boxes: [] }),
  complete: (schema, answer) =>
    (answer.width === 0 && UNSEEN) ||
    goneClass(schema.classes, answer.boxes, "box") ||
    answer.boxes.length <= (schema.most ?? Infinity) ||
    `Delete boxes: at most ${schema.most} are allowed.`,
  describe: (answer) => countLabels(answer.boxes) || "no box",
  draws: "all",
  letters: (schema) => usesLetters(schema.classes),
  submitText: (answer) => submitWords(answer.boxes.length, "box", "boxes"),
};
