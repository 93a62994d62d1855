// Undo and redo of an answer, whoever changes it: its editor, or the page with a copied pre-label.
import { untrack } from "svelte";
import { History } from "./history.svelte";
import { isRedo, isUndo } from "./keys";

const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

export class Steps<A> {
  readonly #history = new History<A>();
  readonly #read: () => A;
  readonly #write: (answer: A) => void;
  #known: A;

  /** For an editor while it is being set up. */
  constructor(read: () => A, write: (answer: A) => void) {
    this.#read = read;
    this.#write = write;
    this.#known = this.#current();
    $effect.pre(() => {
      const given = $state.snapshot(read()) as A;
      untrack(() => this.#follow(given));
    });
  }

  get canUndo(): boolean {
    return this.#history.canUndo;
  }

  get canRedo(): boolean {
    return this.#history.canRedo;
  }

  undo(): void {
    this.#restore(this.#history.undo(this.#current()));
  }

  redo(): void {
    this.#restore(this.#history.redo(this.#current()));
  }

  /** Take Ctrl+Z and Ctrl+Y. Before the first step Ctrl+Z is the page's: it goes back to the last answer. */
  takeKey(event: KeyboardEvent): boolean {
    if (isUndo(event) && (this.canUndo || this.canRedo)) this.undo();
    else if (isRedo(event)) this.redo();
    else return false;
    return true;
  }

  #current(): A {
    return $state.snapshot(untrack(this.#read)) as A;
  }

  #follow(given: A): void {
    if (isSame(given, this.#known)) return;
    this.#history.push(this.#known);
    this.#known = given;
  }

  #restore(answer: A): void {
    this.#known = answer;
    this.#write(answer);
  }
}
