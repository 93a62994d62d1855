// How wide a name is in a tag on the picture.

export const TAG_FONT = '600 12px system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif';

const widths = new Map<string, number>();
let context: CanvasRenderingContext2D | null = null;

export function tagWidth(text: string): number {
  let width = widths.get(text);
  if (width === undefined) {
    context ??= document.createElement("canvas").getContext("2d")!;
    context.font = TAG_FONT;
    width = Math.ceil(context.measureText(text).width) + 10;
    widths.set(text, width);
  }
  return width;
}
