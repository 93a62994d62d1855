import { describe, expect, it } from "vitest";
import { completeOrder, moveCandidate, placeAt, placeLast, tieAbove, tieWith, takeOut } from "./ordering";

describe("an order", () => {
  it("takes candidates one after the other", () => {
    expect(placeLast(placeLast([], "b"), "a")).toEqual([["b"], ["a"]]);
  });
  it("moves a candidate past its neighbour and stops at the ends", () => {
    expect(moveCandidate([["a"], ["b"], ["c"]], "c", -1)).toEqual([["a"], ["c"], ["b"]]);
    expect(moveCandidate([["a"], ["b"]], "a", -1)).toEqual([["a"], ["b"]]);
  });
  it("moves a tied candidate out of its tie first", () => {
    expect(moveCandidate([["a", "b"], ["c"]], "a", 1)).toEqual([["b"], ["a"], ["c"]]);
    expect(moveCandidate([["a", "b"], ["c"]], "b", -1)).toEqual([["b"], ["a"], ["c"]]);
  });
  it("ties with the one above and unties again", () => {
    const tied = tieAbove([["a"], ["b"], ["c"]], "b");
    expect(tied).toEqual([["a", "b"], ["c"]]);
    expect(tieAbove(tied, "b")).toEqual([["a"], ["b"], ["c"]]);
    expect(tieAbove([["a"]], "a")).toEqual([["a"]]);
  });
  it("drops a candidate between groups or on one", () => {
    expect(placeAt([["a"], ["b"]], "c", 1)).toEqual([["a"], ["c"], ["b"]]);
    expect(tieWith([["a"], ["b"]], "c", "b")).toEqual([["a"], ["b", "c"]]);
  });
  it("holds every candidate once, whatever happens", () => {
    let order = [["a"], ["b", "c"], ["d"]];
    for (let step = 0; step < 300; step++) {
      const id = "abcd"[(step * 7) % 4]!;
      order = step % 3 === 0 ? tieAbove(order, id) : moveCandidate(order, id, step % 2 ? 1 : -1);
      expect(order.flat().toSorted()).toEqual(["a", "b", "c", "d"]);
    }
  });
  it("is complete with all candidates only", () => {
    expect(completeOrder([["a"]], ["a", "b"])).toContain("1 still to go");
    expect(completeOrder([["b", "a"]], ["a", "b"])).toBe(true);
    expect(completeOrder(takeOut([["b", "a"]], "a"), ["a", "b"])).not.toBe(true);
  });
});
