// Scrolling of lists beside the item.

/** Show a row in the elements that scroll around it. The page stays: it would take the item away from the finger. */
export function showWithin(scrollers: Element[], row: Element): void {
  for (const scroller of scrollers) {
    const [room, place] = [scroller.getBoundingClientRect(), row.getBoundingClientRect()];
    scroller.scrollTop += Math.min(place.top - room.top, 0) + Math.max(place.bottom - room.bottom, 0);
  }
}
