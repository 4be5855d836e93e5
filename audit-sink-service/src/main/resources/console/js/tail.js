import { h, replace } from './dom.js';
import { id } from './api.js';
import { watch } from './live.js';
import { clock, dollars, head } from './format.js';
import { recordLink } from './links.js';

const MOST = 1_000;
const KINDS = [['event', 'decisions'], ['result', 'results'], ['approval_request', 'requests'], ['approval_decision', 'approvals'], ['alert', 'alerts'], ['dead_letter', 'dead letters']];

export function livePage({ main, query }) {
  const off = new Set((query.get('without') || '').split(','));
  let paused = false;
  let waiting = [];
  let words = '';
  const body = h('div', { class: 'tail', role: 'log', 'aria-live': 'off', tabindex: '0', 'aria-label': 'What happens now' });
  const hint = h('span', { class: 'hint' });
  const search = h('input', { type: 'search', placeholder: 'Only lines with', 'aria-label': 'Only lines with', autocomplete: 'off' });
  const pause = h('button', { type: 'button', 'aria-pressed': 'false', onclick: toggle }, 'Pause ', h('kbd', {}, 'p'));
  search.addEventListener('input', () => {
    words = search.value.toLowerCase();
    [...body.children].forEach((line) => { line.hidden = !fits(line); });
  });
  replace(main,
    h('div', { class: 'head' }, h('h1', {}, 'Live tail'), h('div', { class: 'actions' }, hint, pause, h('button', { type: 'button', class: 'plain', onclick: () => { replace(body); waiting = []; say(); } }, 'Clear'))),
    h('div', { class: 'choices' }, search, h('div', { class: 'chips', role: 'group', 'aria-label': 'Kinds' }, KINDS.map(([kind, word]) => h('label', {}, h('input', { type: 'checkbox', checked: !off.has(kind), onchange: (event) => { if (event.target.checked) off.delete(kind); else off.add(kind); [...body.children].forEach((line) => { line.hidden = !fits(line); }); } }), word)))),
    body);
  say();

  function fits(line) {
    return !off.has(line.dataset.kind) && (!words || line.textContent.toLowerCase().includes(words));
  }

  function toggle() {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    replace(pause, paused ? 'Go on ' : 'Pause ', h('kbd', {}, 'p'));
    if (!paused) {
      waiting.forEach(add);
      waiting = [];
    }
    say();
  }

  function say() {
    hint.textContent = paused ? 'paused, ' + waiting.length + ' waiting' : body.children.length ? '' : 'waiting for something to happen';
  }

  function add([kind, happening]) {
    const data = happening.data;
    const what = {
      event: () => [h('span', { class: 'phase-name ' + String(data.phase || '').toLowerCase() }, String(data.phase || '').toLowerCase()), ' ', h('strong', {}, data.type), ' ', h('span', { class: 'sub' }, head(data.reason, 160)), (data.effects || []).map((effect) => h('span', { class: 'effect' }, '→ ' + effect.kind + ' ' + head(effect.detail, 60)))],
      result: () => [h('strong', {}, String(data.status || '').toLowerCase().replaceAll('_', ' ')), ' ', h('span', { class: 'sub' }, head(data.why, 120)), ' ', dollars({ nano_usd: data.cost_nano_usd || 0, usd: ((data.cost_nano_usd || 0) / 1e9).toFixed(9) })],
      approval_request: () => [h('strong', {}, data.tool), ' waits for a person ', h('a', { href: '#/approvals?call=' + id(happening.call_id || '') }, 'decide')],
      approval_decision: () => [h('strong', {}, data.decided_by), ' decided ', String(data.verdict || '').toLowerCase()],
      alert: () => [h('strong', {}, String(data.kind || '').toLowerCase()), ' ', data.message],
      dead_letter: () => ['a record was given up ', recordLink(happening.position)],
    }[kind];
    if (!what) return;
    const atTop = body.scrollTop < 4;
    const line = h('div', { class: 'entry ' + kind, 'data-kind': kind }, h('span', { class: 'mono when' }, clock(happening.at)), happening.session_id ? h('a', { class: 'mono', href: '#/sessions/' + id(happening.session_id) }, head(happening.session_id, 26)) : h('span', {}), h('span', { class: 'said' }, what()));
    line.hidden = !fits(line);
    body.prepend(line);
    while (body.children.length > MOST) body.lastChild.remove();
    if (atTop) body.scrollTop = 0;
  }

  const unwatch = watch((kind, happening) => {
    if (kind === 'state') return;
    if (kind === 'missed') {
      body.prepend(h('div', { class: 'entry missed', 'data-kind': 'missed' }, 'more happened than could be told'));
      return;
    }
    if (paused) {
      waiting.push([kind, happening]);
      if (waiting.length > MOST) waiting.shift();
    } else add([kind, happening]);
    say();
  });
  function keys(event) {
    if (event.key === 'p' && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && !document.querySelector('dialog[open]')) toggle();
  }
  document.addEventListener('keydown', keys);
  return () => {
    unwatch();
    document.removeEventListener('keydown', keys);
  };
}
