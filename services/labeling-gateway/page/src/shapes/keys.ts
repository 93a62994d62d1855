// What a key does in the editor. Letters that belong to classes reach the editor's own deeds with Alt.

import { letterOf } from "../lib/keys";
import { MANY, classKeys } from "../types/classes";
import type { ClassItem } from "../contract";

export type Command =
  | "undo"
  | "redo"
  | "delete"
  | "duplicate"
  | "place"
  | "next part"
  | "previous part"
  | "insert"
  | "leave"
  | "hide";

export interface Press {
  key: string;
  code: string;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
}

export type Action = { command: Command } | { attribute: number } | null;

const LETTERS: Record<string, Command> = { n: "place", d: "duplicate", i: "insert", h: "hide" };
const NAMED: Record<string, Command> = {
  Delete: "delete",
  Backspace: "delete",
  Escape: "leave",
  ".": "next part",
  ",": "previous part",
};

/** Return whether a letter belongs to the classes: as a shortcut, or for the filter of many. */
export function isClaimed(letter: string, classes: ClassItem[]): boolean {
  return classes.length > MANY || classKeys(classes).has(letter);
}

export function readPress(press: Press, classes: ClassItem[]): Action {
  const key = press.key.length === 1 ? letterOf(press) : press.key;
  if (press.ctrlKey || press.metaKey) return readControl(key, press.shiftKey);
  if (press.shiftKey && /^Digit[1-9]$/.test(press.code))
    return { attribute: Number(press.code.slice(5)) - 1 };
  const letter = LETTERS[key];
  if (letter) return press.altKey || !isClaimed(key, classes) ? { command: letter } : null;
  const command = NAMED[key];
  return command && !press.altKey ? { command } : null;
}

function readControl(key: string, isShifted: boolean): Action {
  if (key === "z") return { command: isShifted ? "redo" : "undo" };
  if (key === "y") return { command: "redo" };
  if (key === "d") return { command: "duplicate" };
  return null;
}

/** Return the key that does a command by letter: with Alt where the classes have the letter. */
export function letterHint(letter: string, classes: ClassItem[]): string {
  return `${isClaimed(letter, classes) ? "Alt+" : ""}${letter.toUpperCase()}`;
}
