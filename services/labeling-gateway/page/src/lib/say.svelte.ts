// A sentence shown for a moment, and read out by screen readers.

export const toast = $state({ text: "", isOn: false, isProblem: false });
export const live = $state({ text: "" });

let timer: ReturnType<typeof setTimeout>;

export function announce(text: string): void {
  live.text = text;
}

// Show a sentence; one that tells of a problem stays long enough to be read twice.
export function say(text: string, { isProblem = false, forMs = 0 } = {}): void {
  Object.assign(toast, { text, isOn: true, isProblem });
  announce(text);
  clearTimeout(timer);
  timer = setTimeout(() => (toast.isOn = false), forMs || (isProblem ? 9000 : 2500));
}

export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
