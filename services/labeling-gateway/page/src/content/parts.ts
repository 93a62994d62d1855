import type { Content, Media } from "../contract";

/** What is shown of an image: the picture, the outline on it, and whether it is a part of the image. */
export interface Shown {
  picture: Media | null;
  outline: NonNullable<Content["crop"]> | null;
  isPart: boolean;
}

/** Returns the part that is meant, or the whole image with an outline around that part. */
export function shownPart(content: Pick<Content, "media" | "crop" | "cropped">, isWhole: boolean): Shown {
  if (content.cropped && !isWhole) return { picture: content.cropped, outline: null, isPart: true };
  return { picture: content.media ?? null, outline: content.crop ?? null, isPart: false };
}
