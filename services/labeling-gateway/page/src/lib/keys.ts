// The keyboard: one listener; the part of the page that took keys last is asked first.

export type KeyHandler = (event: KeyboardEvent) => boolean;

const handlers: KeyHandler[] = [];

/** Take keys from now on; a handler returns true for a key that it took. Return the function that gives them back. */
export function takeKeys(handler: KeyHandler): () => void {
  handlers.push(handler);
  return () => void handlers.splice(handlers.indexOf(handler), 1);
}

/** Offer a key to the handlers, the latest first; the browser does not act on a key that was taken. */
export function offerKey(event: KeyboardEvent): boolean {
  if (!handlers.toReversed().some((handler) => handler(event))) return false;
  event.preventDefault();
  return true;
}

export const isTyping = (event: Event): boolean =>
  event.target instanceof Element &&
  event.target.matches("input:not([type=checkbox], [type=range]), textarea");

type LetterPress = Pick<KeyboardEvent, "key" | "code">;

/** Return a key in small letters. Where the layout writes none of a to z, such as Greek or Option on a Mac, the
 * key's place on the keyboard counts. */
export function letterOf({ key, code }: LetterPress): string {
  const small = key.toLowerCase();
  const isOther = key.length === 1 && !/[!-~]/.test(small);
  return (isOther && /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase()) || small;
}

export const hasModifier = (event: KeyboardEvent): boolean => event.ctrlKey || event.metaKey || event.altKey;

export const isUndo = (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "z";

export const isRedo = (event: KeyboardEvent): boolean =>
  (event.ctrlKey || event.metaKey) &&
  (event.key.toLowerCase() === "y" || (event.shiftKey && event.key.toLowerCase() === "z"));
