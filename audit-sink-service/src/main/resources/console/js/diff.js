import { h } from './dom.js';

/** Two texts line by line: what is gone, what is new, what stayed. */
export function lines(before, after) {
  const a = before.split('\n');
  const b = after.split('\n');
  if (a.length * b.length > 1_000_000) return [...a.map((text) => ['-', text]), ...b.map((text) => ['+', text])];
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
  }
  const out = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      out.push([' ', a[i++]]);
      j++;
    } else if (common[i + 1][j] >= common[i][j + 1]) out.push(['-', a[i++]]);
    else out.push(['+', b[j++]]);
  }
  while (i < a.length) out.push(['-', a[i++]]);
  while (j < b.length) out.push(['+', b[j++]]);
  return out;
}

export function diff(before, after) {
  return h('pre', { class: 'diff' }, lines(before, after).map(([sign, text]) => h('div', { class: sign === '+' ? 'plus' : sign === '-' ? 'minus' : '' }, sign + ' ' + text)));
}
