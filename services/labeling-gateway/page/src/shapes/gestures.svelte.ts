// What pressing, dragging and releasing does. Nothing here knows the mouse from a finger.

import { boxBetween, growBox } from "../geometry/boxes";
import { hitPart, hitShape } from "../geometry/hits";
import { pixelSize, type Box, type Point, type Size } from "../geometry/points";
import { LEAST_POINTS, insertPoint, sideMiddle, type Polygon } from "../geometry/polygons";
import { snapLines, snapMove, snapPoint, type Lines } from "../geometry/snapping";
import type { Work } from "./work.svelte";

export interface Touch {
  point: Point; // relative to the image
  handleReach: Size;
  snapReach: Size;
  isNew: boolean; // Shift: begin a new object even on an object
  isFree: boolean; // Alt: no snapping
}

type Deed<S> =
  | { kind: "part"; index: number; part: number; shape: S }
  | { kind: "move"; index: number; shape: S }
  | { kind: "draw"; start: Point };

// In the order of HANDLES.
const CURSORS = [
  "nwse-resize",
  "nwse-resize",
  "nesw-resize",
  "nesw-resize",
  "ew-resize",
  "ew-resize",
  "ns-resize",
  "ns-resize",
];
const NO_LINES: Lines = { x: [], y: [] };

export class Gestures<S> {
  draft = $state.raw<Polygon | null>(null); // points of a polygon that is not closed yet
  pointer = $state.raw<Point | null>(null);
  #deed: Deed<S> | null = null;
  #lines: Lines = NO_LINES;
  readonly #work: Work<S>;

  constructor(work: Work<S>) {
    this.#work = work;
  }

  get drawsByDrag(): boolean {
    return this.#work.kind.noun === "box";
  }

  // The cursor says what a press would do.
  cursorAt({ point, handleReach, isNew }: Touch): string {
    const work = this.#work;
    const shape = work.currentShape;
    if (work.isLocked) return "grab";
    if (!shape || isNew || this.draft) return "crosshair";
    const part = hitPart(work.kind.parts(shape), point, handleReach);
    if (part >= 0) return this.drawsByDrag ? CURSORS[part]! : "move";
    return work.kind.contains(shape, point) ? "move" : "crosshair";
  }

  // Begin; false means that the drag is free to move the picture.
  press(touch: Touch): boolean {
    const work = this.#work;
    const shape = work.currentShape;
    this.#lines = NO_LINES;
    if (work.isLocked || this.draft) return false;
    this.#deed = shape && !touch.isNew ? this.#takeSelected(shape, touch) : null;
    if (!this.#deed && this.drawsByDrag) this.#deed = { kind: "draw", start: this.#snap(touch.point, touch) };
    return this.#deed !== null;
  }

  #takeSelected(shape: S, { point, handleReach }: Touch): Deed<S> | null {
    const { kind, selected: index } = this.#work;
    const part = hitPart(kind.parts(shape), point, handleReach);
    if (part >= 0) return { kind: "part", index, part, shape };
    const longer = this.#insertBelow(shape, point, handleReach);
    if (longer) return { kind: "part", index, ...longer };
    if (kind.contains(shape, point) || kind.edgeDistance(shape, point, handleReach) <= 0.7)
      return { kind: "move", index, shape };
    return null;
  }

  #insertBelow(shape: S, point: Point, reach: Size): { part: number; shape: S } | null {
    if (this.drawsByDrag) return null;
    const points = shape as unknown as Polygon;
    const middles = points.map((_, side) => ({ name: "", point: sideMiddle(points, side) }));
    const side = hitPart(middles, point, reach);
    if (side < 0) return null;
    return { part: side + 1, shape: insertPoint(points, side, point) as unknown as S };
  }

  drag(start: Touch, touch: Touch): void {
    const deed = this.#deed;
    const work = this.#work;
    if (!deed) return;
    if (deed.kind === "draw") {
      work.select(-1);
      work.live = { index: -1, shape: this.#drawn(deed.start, touch) as unknown as S };
    } else if (deed.kind === "part") {
      const to = this.#snap(touch.point, touch, deed.index);
      work.live = {
        index: deed.index,
        shape: work.kind.movePart(deed.shape, deed.part, to, pixelSize(work.image)),
      };
    } else {
      const dx = touch.point.x - start.point.x;
      const dy = touch.point.y - start.point.y;
      const bounds = work.kind.bounds(deed.shape);
      const by = touch.isFree
        ? { x: dx, y: dy }
        : snapMove(bounds, dx, dy, this.#lineset(deed.index), touch.snapReach);
      work.live = { index: deed.index, shape: work.kind.move(deed.shape, by.x, by.y) };
    }
  }

  drop(): void {
    const { live } = this.#work;
    const deed = this.#deed;
    this.#deed = null;
    if (!live || !deed) return;
    if (live.index < 0) this.#work.add(live.shape);
    else this.#work.reshape(live.index, live.shape);
    this.#work.live = null;
    if (deed.kind === "part" && !this.drawsByDrag) this.#work.part = deed.part;
  }

  // A press without a drag: select, or add a point to a polygon.
  tap(touch: Touch): void {
    const work = this.#work;
    const deed = this.#deed;
    this.#deed = null;
    work.live = null;
    if (this.draft) return this.#addPoint(touch);
    if (deed?.kind === "part" && !this.drawsByDrag && deed.shape === work.currentShape) {
      return work.select(deed.index, deed.part);
    }
    const shapes = work.items.map((item) => item.shape);
    const hit = touch.isNew ? -1 : hitShape(work.kind, shapes, touch.point, touch.snapReach);
    const begins = !this.drawsByDrag && !work.isLocked && hit < 0 && (touch.isNew || work.selected < 0);
    work.select(hit);
    if (begins) this.draft = [this.#snap(touch.point, touch)];
  }

  #addPoint(touch: Touch): void {
    const points = this.draft!;
    const isAtStart = hitPart([{ name: "", point: points[0]! }], touch.point, touch.handleReach) === 0;
    if (isAtStart && points.length >= LEAST_POINTS) return this.close();
    const isRepeat = hitPart([{ name: "", point: points.at(-1)! }], touch.point, touch.snapReach) === 0;
    if (!isRepeat) this.draft = [...points, this.#snap(touch.point, touch)];
  }

  close(): void {
    const points = this.draft;
    if (!points || points.length < LEAST_POINTS) return;
    this.draft = null;
    this.#work.add(points as unknown as S);
  }

  // Take back the last point of a draft, or the draft itself.
  shorten(): void {
    this.draft = this.draft && this.draft.length > 1 ? this.draft.slice(0, -1) : null;
  }

  cancel(): void {
    this.#deed = null;
    this.draft = null;
    this.#work.live = null;
  }

  #drawn(start: Point, touch: Touch): Box {
    return growBox(boxBetween(start, this.#snap(touch.point, touch)), pixelSize(this.#work.image));
  }

  #snap(point: Point, touch: Touch, skip = -1): Point {
    return touch.isFree ? point : snapPoint(point, this.#lineset(skip), touch.snapReach);
  }

  #lineset(skip: number): Lines {
    if (this.#lines === NO_LINES) {
      const others = this.#work.items.filter((_, at) => at !== skip);
      this.#lines = snapLines(others.map((item) => this.#work.kind.bounds(item.shape)));
    }
    return this.#lines;
  }
}
