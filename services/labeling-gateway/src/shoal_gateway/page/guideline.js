// Renders a guideline's Markdown as DOM elements (headings, lists, paragraphs, bold, italic, code), never as HTML.

const INLINE = /(\*\*[^*]+\*\*|`[^`]+`|\*[^*\s][^*]*\*)/;

function inline(text) {
  return text.split(INLINE).filter(Boolean).map((part) => {
    const make = (tag, cut) => Object.assign(document.createElement(tag), { textContent: part.slice(cut, -cut) });
    if (part.startsWith("**") && part.endsWith("**") && part.length > 4) return make("strong", 2);
    if (part.startsWith("`") && part.endsWith("`") && part.length > 2) return make("code", 1);
    if (part.startsWith("*") && part.endsWith("*") && part.length > 2) return make("em", 1);
    return document.createTextNode(part);
  });
}

function element(tag, text) {
  const node = document.createElement(tag);
  node.append(...inline(text));
  return node;
}

function block(lines) {
  const heading = /^(#{1,6})\s+(.*)/.exec(lines[0]);
  if (heading) {
    const rest = lines.slice(1);
    return [element("h3", heading[2]), ...(rest.length ? block(rest) : [])];
  }
  const bullets = lines.every((line) => /^\s*([-*+]|\d+[.)])\s+/.test(line));
  if (bullets) {
    const list = document.createElement(/^\s*\d/.test(lines[0]) ? "ol" : "ul");
    list.append(...lines.map((line) => element("li", line.replace(/^\s*([-*+]|\d+[.)])\s+/, ""))));
    return [list];
  }
  const at = lines.findIndex((line, index) => index > 0 && /^\s*[-*+]\s+/.test(line));
  if (at > 0) return [...block(lines.slice(0, at)), ...block(lines.slice(at))];
  return [element("p", lines.join(" "))];
}

export function markdown(text) {
  return text.replace(/\r\n?/g, "\n").split(/\n\s*\n/).map((part) => part.split("\n").filter((line) => line.trim()))
    .filter((lines) => lines.length).flatMap(block);
}

export function classList(classes) {
  return classes.flatMap((item) => {
    const parts = [Object.assign(document.createElement("dt"), { textContent: item.name })];
    if (item.definition) parts.push(element("dd", item.definition));
    for (const example of item.examples) {
      parts.push(Object.assign(document.createElement("dd"), { textContent: example, className: "example" }));
    }
    return parts;
  });
}
