// The state of one editor: objects, selection, class of new objects and the history of changes.

import type { ShapeKind } from "../geometry/kinds";
import { pixelSize, type Size } from "../geometry/points";
import { History } from "../lib/history.svelte";
import { announce, say } from "../lib/say.svelte";
import { itemName, type Item, type ShapeSchema } from "./items";

const MOST_OBJECTS = 1000;
const DUPLICATE_SHIFT = 10; // pixels of the image

export interface Setup<S> {
  kind: ShapeKind<S>;
  schema: ShapeSchema;
  image: Size;
  isLocked: boolean;
  change: (items: Item<S>[]) => void;
}

export class Work<S> {
  items = $state.raw<Item<S>[]>([]);
  selected = $state(-1);
  part = $state(-1); // the part that arrow keys move; -1 is the whole object
  label = $state("");
  isHidden = $state(false);
  live = $state.raw<{ index: number; shape: S } | null>(null); // during a drag; index -1 is a new object
  #nudged = ""; // which object and part the last arrow keys moved: they are one step of the history
  readonly #history = new History<Item<S>[]>();
  readonly #setup: Setup<S>;

  constructor(setup: Setup<S>, items: Item<S>[]) {
    this.#setup = setup;
    this.label = setup.schema.classes[0]?.name ?? "";
    this.items = items;
  }

  get kind(): ShapeKind<S> {
    return this.#setup.kind;
  }
  get image(): Size {
    return this.#setup.image;
  }
  get isLocked(): boolean {
    return this.#setup.isLocked;
  }
  get canUndo(): boolean {
    return this.#history.canUndo;
  }
  get canRedo(): boolean {
    return this.#history.canRedo;
  }
  get most(): number {
    return Math.min(this.#setup.schema.most ?? MOST_OBJECTS, MOST_OBJECTS);
  }
  get current(): Item<S> | null {
    return this.items[this.selected] ?? null;
  }
  get currentShape(): S | null {
    return this.live?.index === this.selected ? this.live.shape : (this.current?.shape ?? null);
  }
  get attributes(): string[] {
    return this.#setup.schema.classes.find((item) => item.name === this.current?.label)?.attributes ?? [];
  }

  // Take objects that the page put there: a draft, the last answer or a copied pre-label.
  adopt(items: Item<S>[]): void {
    this.#history.push(this.items);
    this.items = items;
    this.live = null;
    this.select(-1);
  }

  select(index: number, part = -1): void {
    this.selected = index;
    this.part = part;
    this.#nudged = "";
  }

  name(index: number): string {
    return itemName(this.kind, this.items, index);
  }

  add(shape: S, label = this.label): boolean {
    return this.addAll([{ label, attributes: [], shape }]);
  }

  addAll(more: Item<S>[]): boolean {
    if (this.isLocked) return false;
    if (this.items.length + more.length > this.most)
      return this.#refuse(`At most ${this.most} ${this.kind.plural}.`);
    this.#record([...this.items, ...more]);
    this.select(this.items.length - 1);
    announce(
      more.length === 1
        ? `New ${this.kind.noun}: ${this.name(this.selected)}`
        : `${more.length} ${this.kind.plural} copied`,
    );
    return true;
  }

  reshape(index: number, shape: S): void {
    this.#change(index, { shape });
  }

  // A small move by an arrow key.
  nudge(shape: S): void {
    if (this.isLocked || !this.current) return;
    const place = `${this.selected} ${this.part}`;
    if (this.#nudged !== place) this.#history.push(this.items);
    this.#show(this.items.map((item, at) => (at === this.selected ? { ...item, shape } : item)));
    this.#nudged = place;
  }

  // Give the selected object a class, or choose the class of new objects.
  relabel(label: string): void {
    this.label = label;
    const item = this.current;
    if (!item || item.label === label) {
      announce(`Class of new ${this.kind.plural}: ${label}`);
      return;
    }
    const allowed = this.#setup.schema.classes.find(({ name }) => name === label)?.attributes ?? [];
    this.#change(this.selected, {
      label,
      attributes: item.attributes.filter((name) => allowed.includes(name)),
    });
    announce(this.name(this.selected));
  }

  toggle(attribute: string): void {
    const item = this.current;
    if (!item) return;
    const chosen = item.attributes.includes(attribute)
      ? item.attributes.filter((name) => name !== attribute)
      : this.attributes.filter((name) => name === attribute || item.attributes.includes(name));
    this.#change(this.selected, { attributes: chosen });
    announce(this.name(this.selected));
  }

  remove(): void {
    if (!this.current || this.isLocked) return;
    const name = this.name(this.selected);
    const index = this.selected;
    this.#record(this.items.filter((_, at) => at !== index));
    this.select(Math.min(index, this.items.length - 1));
    announce(`Deleted ${name}`);
  }

  duplicate(): void {
    const item = this.current;
    if (!item) return;
    const step = pixelSize(this.image);
    const shape = this.kind.move(item.shape, step.width * DUPLICATE_SHIFT, step.height * DUPLICATE_SHIFT);
    this.addAll([{ ...item, shape }]);
  }

  undo(): void {
    if (!this.isLocked) this.#restore(this.#history.undo(this.items), "Undone");
  }

  redo(): void {
    if (!this.isLocked) this.#restore(this.#history.redo(this.items), "Done again");
  }

  #change(index: number, change: Partial<Item<S>>): void {
    if (this.isLocked || !this.items[index]) return;
    this.#record(this.items.map((item, at) => (at === index ? { ...item, ...change } : item)));
  }

  #record(items: Item<S>[]): void {
    this.#history.push(this.items);
    this.#nudged = "";
    this.#show(items);
  }

  #restore(items: Item<S>[], message: string): void {
    if (items === this.items) return;
    this.select(Math.min(this.selected, items.length - 1));
    this.#show(items);
    announce(`${message}: ${items.length} ${this.kind.plural}`);
  }

  #show(items: Item<S>[]): void {
    this.live = null;
    this.items = items;
    this.#setup.change(items);
  }

  #refuse(message: string): boolean {
    say(message, { isProblem: true });
    return false;
  }
}
