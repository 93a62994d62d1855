export const HINT =
  "Tab goes through the boxes. N places a box in the middle of the view. Arrow keys move it by one pixel, " +
  "with Shift by ten, with Ctrl by a twentieth of the view. Full stop and comma choose the side or corner " +
  "that arrow keys move. Plus, minus and 0 zoom.";
