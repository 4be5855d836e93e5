// Elements are made here and nowhere else. Whatever comes from outside becomes a text node or the
// value of an attribute that can hold no code; there is no way to make markup of a string.

const ATTRIBUTES = new Set([
  'class', 'id', 'href', 'type', 'for', 'name', 'placeholder', 'role', 'tabindex', 'title', 'value', 'rows', 'min', 'max',
  'step', 'autocomplete', 'spellcheck', 'disabled', 'selected', 'checked', 'scope', 'colspan', 'datetime', 'maxlength',
  'viewBox', 'd', 'x', 'y', 'x1', 'x2', 'y1', 'y2', 'width', 'height', 'rx', 'fill', 'stroke', 'stroke-width',
  'stroke-linecap', 'stroke-linejoin', 'text-anchor', 'points', 'cx', 'cy', 'r', 'transform', 'open', 'lang', 'method',
]);
const SVG = 'http://www.w3.org/2000/svg';

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), value);
    } else if (name === 'style') {
      for (const [property, to] of Object.entries(value)) element.style.setProperty(property, to);
    } else if (name.startsWith('aria-') || name.startsWith('data-')) {
      element.setAttribute(name, String(value));
    } else if (name === 'href') {
      element.setAttribute('href', safe(String(value)));
    } else if (ATTRIBUTES.has(name)) {
      element.setAttribute(name, value === true ? '' : String(value));
    } else {
      throw new Error('attribute ' + name + ' is not used here');
    }
  }
  append(element, children);
  return element;
}

/** Links lead to places in this console only. */
function safe(target) {
  return target.startsWith('#/') ? target : '#/';
}

function append(element, children) {
  for (const child of children) {
    if (child === undefined || child === null || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** h('td', {class: 'number'}, 'text', element, …) */
export function h(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** One of a few line icons, drawn here. */
const ICONS = {
  sessions: 'M4 6h16M4 12h16M4 18h10',
  approvals: 'M9 12l2 2 4-5M12 3l8 3v6c0 4.5-3.2 7.6-8 9-4.8-1.4-8-4.5-8-9V6z',
  cost: 'M4 20V10M10 20V4M16 20v-7M22 20H2',
  alerts: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  letters: 'M4 6h16v12H4zM4 7l8 6 8-6',
  live: 'M3 12h4l3-7 4 14 3-7h4',
  agents: 'M8 4h8v6H8zM5 20c0-4 3-6 7-6s7 2 7 6',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5',
  theme: 'M12 3a9 9 0 1 0 9 9c-5 1-10-4-9-9z',
  model: 'M12 3l2.2 5.8L20 11l-5.8 2.2L12 19l-2.2-5.8L4 11l5.8-2.2z',
  tool: 'M14 7a4 4 0 0 1 5-4l-2.5 2.5 2 2L21 5a4 4 0 0 1-5 5l-8 8a2 2 0 0 1-3-3z',
  copy: 'M9 9h11v11H9zM5 15V4h11',
  close: 'M5 5l14 14M19 5L5 19',
  left: 'M15 5l-7 7 7 7',
  out: 'M14 4h6v16h-6M4 12h11M11 8l4 4-4 4',
  key: 'M8 15a4 4 0 1 1 3.5-6H21v4h-3v3h-4v-3h-2.5A4 4 0 0 1 8 15z',
};

export function icon(name) {
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', 'stroke-width': '1.8', 'stroke-linecap': 'round', 'stroke-linejoin': 'round', 'aria-hidden': 'true' }, svg('path', { d: ICONS[name] }));
}
