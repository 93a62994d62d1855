// Which shapes of several votes mean the same object: pairs by overlap, the best first, one shape a voter.

import type { ShapeKind } from "./kinds";

export interface VotedShape<S> {
  voter: number;
  index: number; // in the voter's answer
  label: string;
  shape: S;
}

export interface ObjectGroup<S> {
  members: VotedShape<S>[];
  leastOverlap: number | null; // of two members; null for a shape of one voter only
  isSameLabel: boolean;
}

export const LEAST_OVERLAP = 0.5; // below it two shapes are two objects, as in COCO's loosest match

export function groupShapes<S>(kind: ShapeKind<S>, shapes: VotedShape<S>[]): ObjectGroup<S>[] {
  const groups = shapes.map((shape) => [shape]);
  for (const [first, second] of overlappingPairs(kind, shapes)) {
    const one = groups.find((group) => group.includes(first))!;
    const two = groups.find((group) => group.includes(second))!;
    if (one === two || !canJoin(kind, one, two)) continue;
    groups.splice(groups.indexOf(two), 1);
    one.push(...two);
  }
  return groups.map((members) => describeGroup(kind, members));
}

function overlappingPairs<S>(kind: ShapeKind<S>, shapes: VotedShape<S>[]): [VotedShape<S>, VotedShape<S>][] {
  const pairs: { pair: [VotedShape<S>, VotedShape<S>]; overlap: number }[] = [];
  shapes.forEach((first, at) => {
    for (const second of shapes.slice(at + 1)) {
      if (first.voter === second.voter) continue;
      const overlap = kind.overlap(first.shape, second.shape);
      if (overlap >= LEAST_OVERLAP) pairs.push({ pair: [first, second], overlap });
    }
  });
  return pairs.sort((a, b) => b.overlap - a.overlap).map(({ pair }) => pair);
}

function canJoin<S>(kind: ShapeKind<S>, one: VotedShape<S>[], two: VotedShape<S>[]): boolean {
  return one.every((a) =>
    two.every((b) => a.voter !== b.voter && kind.overlap(a.shape, b.shape) >= LEAST_OVERLAP),
  );
}

function describeGroup<S>(kind: ShapeKind<S>, members: VotedShape<S>[]): ObjectGroup<S> {
  const overlaps = members.flatMap((a, at) =>
    members.slice(at + 1).map((b) => kind.overlap(a.shape, b.shape)),
  );
  return {
    members: [...members].sort((a, b) => a.voter - b.voter),
    leastOverlap: overlaps.length === 0 ? null : Math.min(...overlaps),
    isSameLabel: new Set(members.map((member) => member.label)).size === 1,
  };
}
