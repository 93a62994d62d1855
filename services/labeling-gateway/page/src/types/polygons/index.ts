import type { AnswerOf, SchemaOf } from "../../contract";
import { crossingSides } from "../../geometry/crossings";
import { POLYGON_CODEC, countLabels } from "../../shapes/items";
import ShapeEditor from "../../shapes/ShapeEditor.svelte";
import VotesView from "../../shapes/VotesView.svelte";
import { UNSEEN, goneClass, shapeKeys, submitWords } from "../../shapes/words";
import { usesLetters } from "../classes";
import type { LabelType } from "../type";

export const polygons: LabelType<SchemaOf<"polygons">, AnswerOf<"polygons">> = {
  Editor: ShapeEditor,
  View: VotesView,
  keys: (schema) => shapeKeys(schema.classes, "polygon", "point"),
  // The size comes with the picture: no object is an answer about a picture that was shown.
  empty: () => ({ kind: "polygons", width: 0, height: 0, polygons: [] }),
  complete: (schema, answer) => {
    if (answer.width === 0) return UNSEEN;
    if (answer.polygons.length > (schema.most ?? Infinity))
      return `Delete polygons: at most ${schema.most} are allowed.`;
    const gone = goneClass(schema.classes, answer.polygons, "polygon");
    if (gone) return gone;
    const index = POLYGON_CODEC.read(answer).findIndex((item) => crossingSides(item.shape));
    return index < 0 || `The outline of polygon ${index + 1} crosses itself: move its points.`;
  },
  describe: (answer) => countLabels(answer.polygons) || "no polygon",
  draws: "all",
  letters: (schema) => usesLetters(schema.classes),
  submitText: (answer) => submitWords(answer.polygons.length, "polygon", "polygons"),
};
