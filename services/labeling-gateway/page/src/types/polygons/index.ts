import type { AnswerOf, SchemaOf } from "../../contract";
import { crossingSides } from "../../geometry/crossings";
import { POLYGON_CODEC, countLabels } from "../../shapes/items";
import { shapeKeys, submitWords } from "../../shapes/words";
import { usesLetters } from "../classes";
import type { LabelType } from "../type";
import Editor from "./Editor.svelte";
import View from "./View.svelte";

export const polygons: LabelType<SchemaOf<"polygons">, AnswerOf<"polygons">> = {
  Editor,
  View,
  keys: (schema) => shapeKeys(schema.classes, "polygon", "point"),
  empty: (_, content) => ({
    kind: "polygons",
    width: content.media?.width ?? 1,
    height: content.media?.height ?? 1,
    polygons: [],
  }),
  complete: (schema, answer) => {
    if (answer.polygons.length > (schema.most ?? Infinity))
      return `Delete polygons: at most ${schema.most} are allowed.`;
    const index = POLYGON_CODEC.read(answer).findIndex((item) => crossingSides(item.shape));
    return index < 0 || `The outline of polygon ${index + 1} crosses itself: move its points.`;
  },
  describe: (answer) => countLabels(answer.polygons) || "no polygon",
  draws: "all",
  letters: (schema) => usesLetters(schema.classes),
  submitText: (answer) => submitWords(answer.polygons.length, "polygon", "polygons"),
};
