// What every label type offers to the page. One folder per type; types/registry.ts lists them.
import type { Component } from "svelte";
import type { Answer, Content, LabelSchema, Vote } from "../contract";

export interface EditorProps<S extends LabelSchema = LabelSchema, A extends Answer = Answer> {
  schema: S;
  content: Content;
  /** Bindable: replace it by a new object for each change. */
  answer: A;
  /** The model's answer, or null while it is hidden. */
  prelabel: A | null;
  /** True while an answer is on its way: show it, change nothing. */
  readonly: boolean;
  /** Send the answer, if it is complete. The Submit button and Enter call it, too. */
  submit: () => void;
}

export interface ViewProps<S extends LabelSchema = LabelSchema> {
  schema: S;
  content: Content;
  /** Votes with an answer, in the order of the list above the view. */
  votes: Vote[];
}

export interface KeyHelp {
  key: string;
  does: string;
}

export interface LabelType<S extends LabelSchema = LabelSchema, A extends Answer = Answer> {
  Editor: Component<EditorProps<S, A>, object, "answer">;
  /** Votes side by side, for reviewers; null where the list of votes says everything. */
  View: Component<ViewProps<S>> | null;
  /** The keys that the Editor takes, for the line below it. */
  keys(schema: S): KeyHelp[];
  /** The answer before the first action. */
  empty(schema: S, content: Content): A;
  /** True, or what is missing in a sentence. */
  complete(schema: S, answer: A, content: Content): true | string;
  /** The answer in a few words; the content tells the numbers of candidates. */
  describe(answer: A, content?: Content): string;
  /** What the Editor shows of the content itself; the page shows the rest. Default: "nothing". */
  draws?: "all" | "candidates" | "nothing";
  /** True: one action is the whole answer, and there is no Submit button. */
  immediate?: boolean;
  /** True: plain letters belong to the Editor, so the page's own keys need Alt. */
  letters?(schema: S): boolean;
  /** The words on the Submit button. Default: "Submit". */
  submitText?(answer: A): string;
}
