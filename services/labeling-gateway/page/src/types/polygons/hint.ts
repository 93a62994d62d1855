export const HINT =
  "Tab goes through the polygons. N places a polygon in the middle of the view. Arrow keys move it by one pixel, " +
  "with Shift by ten, with Ctrl by a twentieth of the view. Full stop and comma choose the point that arrow keys " +
  "move; I inserts a point after it and Delete deletes it. Plus, minus and 0 zoom.";
