// The gateway's JSON: label schemas, answers, content and tasks.

export interface Picture {
  url: string;
  caption?: string;
}

export interface ClassItem {
  name: string;
  definition?: string;
  definition_html?: string;
  examples?: string[];
  colour?: string | null;
  shortcut?: string | null;
  attributes?: string[];
  images?: Picture[];
}

export type LabelSchema =
  | { kind: "single_choice"; classes: ClassItem[] }
  | { kind: "multi_choice"; classes: ClassItem[]; exclusive?: string[][]; most?: number | null }
  | { kind: "boxes"; classes: ClassItem[]; most?: number | null }
  | { kind: "polygons"; classes: ClassItem[]; most?: number | null }
  | { kind: "spans"; classes: ClassItem[]; overlapping?: boolean; most?: number | null }
  | { kind: "ranking"; ties?: boolean; criterion?: string }
  | { kind: "pair"; ties?: boolean; criterion?: string }
  | { kind: "number"; low: number; high: number; step?: number | null; unit?: string }
  | { kind: "rating"; low: number; high: number; names?: Record<string, string> }
  | { kind: "text"; most_characters?: number };

export type Kind = LabelSchema["kind"];
export type SchemaOf<K extends Kind> = Extract<LabelSchema, { kind: K }>;

export interface Box {
  label: string;
  left: number;
  top: number;
  right: number;
  bottom: number;
  attributes?: string[];
}

export interface Polygon {
  label: string;
  points: [number, number][];
  attributes?: string[];
}

export interface Span {
  label: string;
  start: number; // in Unicode code points
  end: number;
  text: string;
  attributes?: string[];
}

/** `label` "" and `value` null stand for what is not answered yet; the page never sends them. */
export type Answer =
  | { kind: "class"; label: string }
  | { kind: "classes"; labels: string[] }
  | { kind: "boxes"; width: number; height: number; boxes: Box[] }
  | { kind: "polygons"; width: number; height: number; polygons: Polygon[] }
  | { kind: "spans"; spans: Span[] }
  | { kind: "ranking"; order: string[][] }
  | { kind: "pair"; choice: string | null; open?: true }
  | { kind: "number"; value: number | null }
  | { kind: "rating"; value: number | null }
  | { kind: "text"; text: string };

export type AnswerOf<K extends Answer["kind"]> = Extract<Answer, { kind: K }>;

export interface Turn {
  role: "user" | "assistant" | "system" | "tool";
  text: string;
}

export interface Candidate {
  id: string;
  text: string;
  model?: string;
}

export interface Media {
  url: string;
  thumbnail?: string | null;
  /** Null where the gateway does not know the size. */
  width?: number | null;
  height?: number | null;
}

export interface SizedMedia extends Media {
  width: number;
  height: number;
}

export interface Content {
  kind: "text" | "image" | "conversation" | "candidates";
  text?: string | null;
  media?: Media | null;
  /** The part of the image that is meant, from 0 to 1. */
  crop?: { left: number; top: number; right: number; bottom: number } | null;
  /** The picture of the crop alone; `media` is the whole image. */
  cropped?: Media | null;
  prompt?: string | null;
  turns?: Turn[] | null;
  candidates?: Candidate[] | null;
}

/** A pre-label: an answer with what the model says of it. */
export interface Prelabel {
  answer: Answer;
  score: number | null;
  model: string;
  version: string;
}

export interface Vote {
  who: string; // A, B, C ...
  answer: Answer | null; // null for a skip
  code: string | null;
  reason: string;
  skill: number | null;
}

export interface Dispute {
  votes: Vote[];
  posterior: [string, number][];
  reason: string;
}

export interface Task {
  task_id: string;
  version: string;
  schema: LabelSchema;
  content: Content;
  prelabel: Prelabel | null;
  prelabelMode: "shown" | "hidden" | "on_demand";
  /** Created under an earlier guideline, with other labels than the one that is shown. */
  isEarlier: boolean;
  dispute: Dispute | null;
}

export interface Last {
  annotation_id: string;
  answer: Answer | null; // null for a skip
  code: string | null;
  reason: string;
  task: Task;
}

export interface Guideline {
  title: string;
  html: string;
  guideline: { version: string };
  label_schema: LabelSchema;
}

export interface Project {
  project: string;
  title: string;
  guideline_title: string;
  guideline_version: string | null;
  waiting_for_you: number;
  reviews_for_you: number | null;
}

export interface Progress {
  answered: number;
  answered_since: number;
  skipped: number;
  waiting_for_you: number;
  can_undo: boolean;
}
