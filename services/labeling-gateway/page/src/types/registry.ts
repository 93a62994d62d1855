// Every label type by the kind of its schema, and by the kind of its answers.
import type { Answer, Content, Kind } from "../contract";
import { boxes } from "./boxes";
import { multiChoice } from "./multi_choice";
import { number } from "./number";
import { pair } from "./pair";
import { polygons } from "./polygons";
import { ranking } from "./ranking";
import { rating } from "./rating";
import { singleChoice } from "./single_choice";
import { spans } from "./spans";
import { text } from "./text";
import type { LabelType } from "./type";

// A type knows its own schema and answers; the page hands it those of its kind only.
/* eslint-disable-next-line @typescript-eslint/no-explicit-any */
type AnyType = LabelType<any, any>;

const TYPES: Partial<Record<Kind, AnyType>> = {
  single_choice: singleChoice,
  boxes,
  polygons,
  multi_choice: multiChoice,
  spans,
  ranking,
  pair,
  number,
  rating,
  text,
};
const KINDS: Partial<Record<Answer["kind"], Kind>> = { class: "single_choice", classes: "multi_choice" };

export const typeOf = (kind: Kind): AnyType | undefined => TYPES[kind];

/** Return an answer in a few words. */
export function describeAnswer(answer: Answer, content?: Content): string {
  return TYPES[KINDS[answer.kind] ?? (answer.kind as Kind)]?.describe(answer, content) ?? answer.kind;
}
