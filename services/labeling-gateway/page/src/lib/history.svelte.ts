// Undo and redo for editors with many steps. States are replaced, never changed in place.

export class History<T> {
  private past = $state.raw<T[]>([]);
  private future = $state.raw<T[]>([]);

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /** Remember `state` before it is replaced. */
  push(state: T): void {
    this.past = [...this.past.slice(-199), state];
    this.future = [];
  }

  /** Return the state before `state`, or `state` itself at the beginning. */
  undo(state: T): T {
    const before = this.past.at(-1);
    if (before === undefined) return state;
    this.past = this.past.slice(0, -1);
    this.future = [...this.future, state];
    return before;
  }

  redo(state: T): T {
    const after = this.future.at(-1);
    if (after === undefined) return state;
    this.future = this.future.slice(0, -1);
    this.past = [...this.past, state];
    return after;
  }

  clear(): void {
    this.past = [];
    this.future = [];
  }
}
