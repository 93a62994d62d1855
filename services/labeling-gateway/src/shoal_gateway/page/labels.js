// The label buttons: the keys 1-9 choose the first nine; with many labels, typing filters them.

import { plain } from "./dom.js";

export const MANY = 12;

export function matching(classes, filter) {
  const text = filter.trim().toLowerCase();
  if (!text) return classes;
  const starts = classes.filter((item) => item.name.toLowerCase().startsWith(text));
  const holds = classes.filter((item) => !starts.includes(item) && item.name.toLowerCase().includes(text));
  return [...starts, ...holds];
}

export class Labels {
  constructor(root, row, input, count, choose) {
    Object.assign(this, { root, row, input, count, choose });
    this.classes = [];
    this.shown = [];
    this.guess = null;
    input.addEventListener("input", () => this.draw());
  }

  get many() {
    return this.classes.length > MANY;
  }

  show(classes, guess) {
    this.classes = classes;
    this.guess = guess;
    this.row.hidden = !this.many;
    this.root.classList.toggle("many", this.many);
    this.input.value = "";
    this.draw();
  }

  draw() {
    this.shown = matching(this.classes, this.input.value);
    this.root.replaceChildren(...this.shown.map((item, index) => this.button(item, index)));
    this.count.textContent = this.shown.length === this.classes.length
      ? `${this.classes.length} labels` : `${this.shown.length} of ${this.classes.length}`;
  }

  button(item, index) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "label";
    button.dataset.label = item.name;
    const filtered = this.many && this.input.value.trim() !== "";
    button.classList.toggle("first", filtered && index === 0);
    button.classList.toggle("guess", item.name === this.guess);
    const name = document.createElement("span");
    const strong = document.createElement("b");
    strong.textContent = item.name;
    name.append(strong);
    const definition = item.definition ? plain(item.definition_html) : "";
    if (!this.many && definition) {
      const small = document.createElement("small");
      small.textContent = definition.length > 90 ? `${definition.slice(0, 88)}…` : definition;
      name.append(small);
    } else if (definition) {
      button.title = definition;
    }
    button.append(name);
    if (index < 9) {
      const key = document.createElement("kbd");
      key.textContent = String(index + 1);
      key.setAttribute("aria-hidden", "true");
      button.append(key);
      button.setAttribute("aria-keyshortcuts", String(index + 1));
    }
    button.addEventListener("click", () => this.choose(item.name));
    return button;
  }

  take(index) {
    if (this.shown[index]) this.choose(this.shown[index].name);
  }

  mark(name) {
    for (const button of this.root.children) {
      const isChosen = button.dataset.label === name;
      button.classList.toggle("chosen", isChosen);
      if (name !== null) button.setAttribute("aria-pressed", String(isChosen));
    }
  }
}
