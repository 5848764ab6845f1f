/** Elements made by hand. Text becomes text nodes only: nothing here, or anywhere on this page, turns text into markup. */

const SVG = 'http://www.w3.org/2000/svg';

/** Attributes that are ever set; whatever carries a script or an address is not among them. */
const ATTRIBUTES = new Set(
  (
    'aria-hidden aria-label class cx cy d dir height id r role scope colspan text-anchor title transform ' +
    'type viewBox width x x1 x2 y y1 y2'
  ).split(' '),
);

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (!ATTRIBUTES.has(name)) throw new Error(`attribute ${name} is not set here`);
    node.setAttribute(name, String(value));
  }
  node.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

/** An HTML element. Children are nodes, or texts. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** A link to what a question went through: the only address here, and this server's own. */
export function traceLink(id) {
  const link = el('a', { 'aria-label': `Trace of ${id}` }, 'Trace');
  link.href = `/trace?question=${encodeURIComponent(id)}`;
  return link;
}

/** A text from outside, kept from reordering what stands around it. */
export function outside(text) {
  return el('bdi', { dir: 'auto' }, text);
}

/** The element of an id. */
export function byId(id) {
  return document.getElementById(id);
}

/** Replaces an element's children. */
export function put(id, ...children) {
  const node = byId(id);
  node.replaceChildren(...children.map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

/** A table row: its head, then its cells; `[text, class]` gives a cell a class. */
export function row(head, ...cells) {
  return el(
    'tr',
    {},
    el('th', { scope: 'row' }, head),
    ...cells.map((cell) =>
      Array.isArray(cell) ? el('td', { class: cell[1] }, cell[0]) : el('td', {}, cell),
    ),
  );
}
