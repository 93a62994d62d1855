// Helpers for the page's elements: views, announcements, and small builders.

export const $ = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

// Return nodes of HTML that the gateway rendered from Markdown, without raw HTML of its author.
export function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

export const plain = (html) => fragment(html).textContent;

// `body[data-view]` names the view: loading, setup, projects, task, empty or error.
export function showView(name) {
  document.body.dataset.view = name;
}

export const shownView = () => document.body.dataset.view;

export function announce(text) {
  $("announcement").textContent = text;
}

let timer = 0;

// Show a sentence for a moment; one that tells of a problem stays long enough to be read twice.
export function toast(text, { isProblem = false } = {}) {
  $("toast").textContent = text;
  $("toast").classList.toggle("problem", isProblem);
  $("toast").classList.add("on");
  announce(text);
  clearTimeout(timer);
  timer = setTimeout(() => $("toast").classList.remove("on"), isProblem ? 9000 : 2500);
}

export const count = (number, one, many = `${one}s`) => `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
