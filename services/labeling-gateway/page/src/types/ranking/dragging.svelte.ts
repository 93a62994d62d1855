// Dragging a candidate with the mouse, a pen or a finger. A finger takes the grip, and else scrolls the page.

const STILL = 4; // pixels that a click may move
const EDGE = 48; // pixels from the window's edges where the page scrolls
const SCROLL = 9; // pixels for each frame

/** Where a candidate is dropped: before the group at a place, into it, or among those without a rank. */
export type Target = { kind: "gap" | "rank"; place: number } | { kind: "pool" } | null;

export class Dragging {
  id = $state(""); // the candidate that is dragged
  target = $state.raw<Target>(null);
  shift = $state.raw({ x: 0, y: 0 });
  #pressed: { id: string; x: number; y: number; scroller: Element | null; scroll: number } | null = null;
  #pointer = { x: 0, y: 0 };
  readonly #drop: (id: string, target: Target) => void;

  constructor(drop: (id: string, target: Target) => void) {
    this.#drop = drop;
  }

  isTarget(kind: "gap" | "rank", place: number): boolean {
    return this.target?.kind === kind && "place" in this.target && this.target.place === place;
  }

  press(event: PointerEvent, id: string): void {
    const element = event.target as Element;
    const isOnGrip = element.closest(".grip") !== null;
    if (event.button !== 0 || (event.pointerType === "touch" ? !isOnGrip : element.closest("button"))) return;
    const scroller = scrollerOf(element);
    this.#pressed = {
      id,
      x: event.clientX,
      y: event.clientY,
      scroller,
      scroll: scroller?.scrollTop ?? 0,
    };
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  }

  move(event: PointerEvent): void {
    const from = this.#pressed;
    if (!from) return;
    this.#pointer = { x: event.clientX, y: event.clientY };
    if (!this.id && Math.hypot(event.clientX - from.x, event.clientY - from.y) <= STILL) return;
    if (!this.id) requestAnimationFrame(() => this.#scrollAtEdge());
    this.id = from.id;
    this.#follow();
  }

  // The card follows the pointer, and what lies below both is the target.
  #follow(): void {
    const from = this.#pressed!;
    const { x, y } = this.#pointer;
    this.shift = { x: x - from.x, y: y - from.y + ((from.scroller?.scrollTop ?? 0) - from.scroll) };
    this.target = targetAt(x, y);
  }

  #scrollAtEdge(): void {
    if (!this.id || !this.#pressed) return;
    const { scroller } = this.#pressed;
    const { y } = this.#pointer;
    const step = y < EDGE ? -SCROLL : y > innerHeight - EDGE ? SCROLL : 0;
    if (step && scroller) {
      scroller.scrollBy(0, step);
      this.#follow();
    }
    requestAnimationFrame(() => this.#scrollAtEdge());
  }

  release(): void {
    const { id, target } = this;
    this.cancel();
    if (id) this.#drop(id, target);
  }

  cancel(): void {
    this.#pressed = null;
    this.id = "";
    this.target = null;
    this.shift = { x: 0, y: 0 };
  }
}

// The page scrolls in its main part, or as a whole in low windows.
function scrollerOf(element: Element): Element | null {
  const main = element.closest("main");
  return main && main.scrollHeight > main.clientHeight ? main : document.scrollingElement;
}

// The dragged card takes no pointer events, so the element below it is found.
function targetAt(x: number, y: number): Target {
  const element = document.elementFromPoint(x, y);
  const gap = element?.closest<HTMLElement>("[data-gap]");
  if (gap) return { kind: "gap", place: Number(gap.dataset.gap) };
  const rank = element?.closest<HTMLElement>("[data-rank]");
  if (rank) return { kind: "rank", place: Number(rank.dataset.rank) - 1 };
  return element?.closest("[data-pool]") ? { kind: "pool" } : null;
}
