import type { AnswerOf, SchemaOf } from "../../contract";
import { numberOf } from "../candidates";
import type { LabelType } from "../type";
import Editor from "./Editor.svelte";
import { completeOrder } from "./ordering";
import View from "./View.svelte";

export const ranking: LabelType<SchemaOf<"ranking">, AnswerOf<"ranking">> = {
  Editor,
  View,
  keys: ({ ties }) => [
    { key: "1–9", does: "rank next, or choose" },
    { key: "↑ ↓", does: "move" },
    ...(ties === false ? [] : [{ key: "=", does: "ties with the one above" }]),
    { key: "Del", does: "takes out" },
    { key: "Ctrl+Z", does: "undoes" },
  ],
  empty: () => ({ kind: "ranking", order: [] }),
  complete: (_, answer, content) =>
    completeOrder(
      answer.order,
      (content.candidates ?? []).map((item) => item.id),
    ),
  describe: ({ order }, content) =>
    order.map((group) => group.map((id) => numberOf(id, content)).join(" = ")).join(" > ") || "no order",
  draws: "candidates",
};
