/**
 * What is asked of a page from inside it, as text: the compiler knows no DOM here, on purpose.
 */

/** Expression: texts with their ink and the ground behind them, `{ text, ink, ground }`, colours as numbers. */
export const COLOURS = `(() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const ground = (node) => {
    for (let at = node; at !== null; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if ((colour[3] ?? 1) > 0) return colour;
    }
    return parse(getComputedStyle(document.documentElement).getPropertyValue('--page')) ?? [255, 255, 255];
  };
  return [...document.querySelectorAll('main *, header *')]
    .filter((node) => [...node.childNodes].some((c) => c.nodeType === 3 && c.textContent.trim() !== ''))
    .filter((node) => node.getClientRects().length > 0 && !(node instanceof SVGElement))
    .map((node) => ({
      text: node.textContent.slice(0, 40),
      ink: parse(getComputedStyle(node).color),
      ground: ground(node),
    }));
})()`;

/** Expression: what a screen reader would miss, as sentences; `[]`: nothing. */
export const NAMELESS = `(() => {
  const found = [];
  const nameOf = (node) =>
    node.getAttribute('aria-label') ??
    (node.getAttribute('aria-labelledby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? '')
      .join(' ')
      .trim();
  if (document.documentElement.lang !== 'en') found.push('no language');
  if (document.title === '') found.push('no title');
  if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
  if (document.querySelectorAll('main').length !== 1) found.push('not one main');
  let level = 1;
  for (const heading of document.querySelectorAll('h1, h2, h3')) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) found.push('level skipped at ' + heading.textContent);
    level = next;
  }
  for (const node of document.querySelectorAll('section, [role=region], svg[role=img]'))
    if (nameOf(node) === '') found.push('no name: ' + node.outerHTML.slice(0, 60));
  for (const node of document.querySelectorAll('svg:not([role=img])'))
    if (node.getAttribute('aria-hidden') !== 'true') found.push('a picture without role');
  for (const node of document.querySelectorAll('button, summary'))
    if ((node.getAttribute('aria-label') ?? node.textContent).trim() === '') found.push('a control without name');
  for (const node of document.querySelectorAll('input'))
    if (node.labels.length === 0) found.push('a field without label');
  for (const node of document.querySelectorAll('th'))
    if (node.getAttribute('scope') === null) found.push('no scope: ' + node.textContent);
  for (const node of document.querySelectorAll('.scroll'))
    if (node.getAttribute('tabindex') !== '0') found.push('a scrolling part that the keyboard cannot reach');
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
  if (new Set(ids).size !== ids.length) found.push('an id twice');
  for (const child of document.querySelectorAll('dl > *'))
    if (!['DT', 'DD', 'DIV'].includes(child.tagName)) found.push('a stranger in a list');
  return found;
})()`;

/** Expression: what has the focus, as `TAG id class`. */
export const FOCUSED = `(() => {
  const node = document.activeElement;
  return [node.tagName, node.id, node.className].join(' ');
})()`;
