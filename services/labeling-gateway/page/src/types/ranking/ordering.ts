// An order of candidates, best first; a group of several is a tie. Those in no group are not ranked yet.

export type Order = string[][];

const without = (order: Order, id: string): Order =>
  order.map((group) => group.filter((item) => item !== id)).filter((group) => group.length > 0);

export const placeOf = (order: Order, id: string): number => order.findIndex((group) => group.includes(id));

/** Put a candidate before the group at `place` of the order without it; at its length, last. */
export function placeAt(order: Order, id: string, place: number): Order {
  const rest = without(order, id);
  return [...rest.slice(0, place), [id], ...rest.slice(place)];
}

export const placeLast = (order: Order, id: string): Order => placeAt(order, id, order.length);

/** Tie a candidate with `other`. */
export function tieWith(order: Order, id: string, other: string): Order {
  if (id === other) return order;
  return without(order, id).map((group) => (group.includes(other) ? [...group, id] : group));
}

/** Tie a candidate with the group above it; in a tie already, leave the tie for the place below it. */
export function tieAbove(order: Order, id: string): Order {
  const place = placeOf(order, id);
  if (place < 0) return order;
  if (order[place]!.length > 1) return placeAt(order, id, place + 1);
  return place === 0 ? order : tieWith(order, id, order[place - 1]![0]!);
}

/** Move a candidate up (-1) or down (1): out of its tie first, then past the neighbour group. */
export function moveCandidate(order: Order, id: string, step: -1 | 1): Order {
  const place = placeOf(order, id);
  if (place < 0) return order;
  if (order[place]!.length > 1) return placeAt(order, id, step < 0 ? place : place + 1);
  const target = place + step;
  return target < 0 || target >= order.length ? order : placeAt(order, id, target);
}

export const takeOut = without;

/** Return true, or how many candidates wait for a rank. */
export function completeOrder(order: Order, ids: string[]): true | string {
  const ranked = order.flat();
  const open = ids.filter((id) => !ranked.includes(id));
  if (open.length > 0) return `Rank all candidates: ${open.length} still to go.`;
  if (ranked.length !== ids.length) return "A candidate is ranked twice.";
  return true;
}
