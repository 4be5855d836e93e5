// The steps of a session as bars over time. Only the rows in sight exist, so that ten thousand steps
// cost what thirty do.

import { h, icon, replace } from './dom.js';
import { get, id } from './api.js';
import { clock, count, duration, exact, pill, pretty, tokens } from './format.js';
import { copy, empty } from './notice.js';
import { quoted, records } from './links.js';

const ROW = 30;
const SPARE = 12;
const WORDS = { queued: 'Queued', model: 'Model', tool: 'Tool', person: 'Waiting for a person' };

export function waterfall(into, { session, selected }) {
  let timeline;
  let rows = [];
  let scale;
  let chosen = -1;
  let wanted = selected;
  let squeezed = true;
  let filter = '';
  let details;
  let ticking;

  const search = h('input', { type: 'search', placeholder: 'Filter steps', 'aria-label': 'Filter steps', autocomplete: 'off' });
  search.addEventListener('input', () => { filter = search.value.toLowerCase(); arrange(); });
  const squeeze = h('button', { type: 'button', 'aria-pressed': 'true', title: 'Shorten the times in which nothing but waiting happened', onclick: () => { squeezed = !squeezed; squeeze.setAttribute('aria-pressed', String(squeezed)); arrange(); } }, 'Shorten waits');
  const legend = h('div', { class: 'legend', 'aria-hidden': 'true' }, Object.entries(WORDS).map(([phase, word]) => h('span', {}, h('i', { class: 'bar ' + phase }), word)));
  const axis = h('div', { class: 'axis', 'aria-hidden': 'true' });
  const space = h('div', { class: 'space' });
  const view = h('div', { class: 'rows', tabindex: '0', role: 'listbox', 'aria-label': 'Steps', onscroll: () => paint() }, space);
  const panel = h('aside', { class: 'details', 'aria-label': 'Details of the step' });
  const frame = h('div', { class: 'waterfall' },
    h('div', { class: 'left' }, h('div', { class: 'bar-top' }, search, squeeze, legend), h('div', { class: 'axis-row' }, h('div', { class: 'axis-name' }, 'Step'), axis), view),
    panel);
  let shown = false;

  function show(next) {
    timeline = next;
    if (!shown) {
      shown = true;
      replace(into, frame);
      clearInterval(ticking);
      ticking = setInterval(() => { if (!document.hidden && timeline.steps.some((step) => !step.to)) arrange(true); }, 1_000);
    }
    arrange();
    if (wanted) {
      const at = rows.findIndex((row) => row.id === wanted);
      if (at >= 0) {
        wanted = undefined;
        choose(at, true);
      }
    } else if (chosen < 0 && rows.length && frame.clientWidth > 1_000) {
      choose(0);
    } else if (chosen >= 0) {
      const before = rows[chosen];
      if (before && details && before.id === details.id && JSON.stringify(before) !== details.text) choose(chosen);
    }
  }

  function arrange(quiet) {
    const keep = chosen >= 0 ? rows[chosen]?.id : undefined;
    rows = timeline.steps.filter((step) => !filter || [step.id, step.name, step.status, step.arguments, step.preview, step.error].some((text) => text && text.toLowerCase().includes(filter)));
    chosen = keep ? rows.findIndex((row) => row.id === keep) : -1;
    scale = scaleOf(rows, squeezed);
    space.style.height = rows.length * ROW + 'px';
    replace(axis, scale.ticks.map((tick) => h('span', { style: { left: tick.at * 100 + '%' } }, tick.text)));
    paint();
    if (!rows.length && !quiet) replace(space, empty(filter ? 'No step matches' : 'No steps yet', filter ? '' : 'They appear as they happen.'));
  }

  function paint() {
    if (!rows.length) {
      space.replaceChildren();
      return;
    }
    const first = Math.max(0, Math.floor(view.scrollTop / ROW) - SPARE);
    const last = Math.min(rows.length, Math.ceil((view.scrollTop + (view.clientHeight || 800)) / ROW) + SPARE);
    const items = [];
    for (let i = first; i < last; i++) items.push(row(rows[i], i));
    replace(space, items);
    view.setAttribute('aria-activedescendant', chosen >= 0 ? 'step-' + chosen : '');
  }

  function row(step, i) {
    const end = step.to ? new Date(step.to).getTime() : undefined;
    const took = step.from ? (end ?? Date.now()) - new Date(step.from).getTime() : undefined;
    return h('div', { class: 'row' + (i === chosen ? ' chosen' : ''), id: 'step-' + i, role: 'option', 'aria-selected': String(i === chosen), 'aria-setsize': rows.length, 'aria-posinset': i + 1, style: { top: i * ROW + 'px' }, onclick: () => choose(i) },
      h('div', { class: 'name ' + step.kind }, h('span', { class: 'turn' }, step.kind === 'model' ? step.turn ?? '' : ''), icon(step.kind), h('span', { class: 'label' }, step.name || step.id),
        step.kind === 'model' && step.number > 1 ? h('span', { class: 'badge', title: 'attempt ' + step.number }, 'retry ' + (step.number - 1)) : null,
        step.tries > 1 ? h('span', { class: 'badge', title: step.tries + ' tries' }, '×' + step.tries) : null,
        step.deliveries > 1 ? h('span', { class: 'badge spare', title: 'delivered ' + step.deliveries + ' times' }, step.deliveries + ' deliveries') : null),
      h('div', { class: 'status' }, step.status === 'ok' ? null : pill(step.status)),
      h('div', { class: 'track' }, h('div', { class: 'lane' },
        (step.phases.length ? step.phases : step.from ? [{ phase: 'none', from: step.from, to: step.from }] : []).map((phase) => {
          const left = scale.at(new Date(phase.from).getTime());
          const right = scale.at(phase.to ? new Date(phase.to).getTime() : Date.now());
          return h('span', { class: 'bar ' + phase.phase + (phase.to ? '' : ' still') + (step.status === 'ok' || step.status === 'open' || step.status === 'waiting' ? '' : ' failed'), title: (WORDS[phase.phase] || '') + ' ' + duration((phase.to ? new Date(phase.to) : new Date()) - new Date(phase.from)), style: { left: left * 100 + '%', width: 'max(2px, ' + (right - left) * 100 + '%)' } });
        }),
        h('span', { class: 'took', style: { left: 'calc(' + scale.at(end ?? Date.now()) * 100 + '% + 6px)' } }, duration(took)))));
  }

  function choose(i, scroll) {
    chosen = i;
    const step = rows[i];
    const top = i * ROW;
    if (scroll || top < view.scrollTop) view.scrollTop = Math.max(0, top - (scroll ? 120 : 0));
    else if (top + ROW > view.scrollTop + view.clientHeight) view.scrollTop = top + ROW - view.clientHeight;
    paint();
    describe(step);
    history.replaceState(null, '', '#/sessions/' + id(session) + '?step=' + id(step.id));
  }

  function close() {
    frame.classList.remove('open');
    replace(panel);
    details = undefined;
    view.focus();
  }

  function describe(step) {
    frame.classList.add('open');
    details = { id: step.id, text: JSON.stringify(step) };
    const fact = (name, value) => (value === undefined || value === null || value === '' ? null : [h('dt', {}, name), h('dd', {}, value)]);
    const more = h('div', {});
    const p = step.positions;
    replace(panel,
      h('header', {}, icon(step.kind), h('h2', {}, step.name || step.id), pill(step.status),
        h('button', { type: 'button', class: 'plain', 'aria-label': 'Close details', title: 'Close (Esc)', onclick: close }, icon('close'))),
      h('p', { class: 'mono sub' }, step.id),
      step.error ? h('p', { class: 'error' }, step.error) : null,
      h('div', { class: 'phases' }, step.phases.map((phase) => h('div', {}, h('i', { class: 'bar ' + phase.phase }), h('span', {}, WORDS[phase.phase]), h('span', { class: 'number' }, duration((phase.to ? new Date(phase.to) : new Date()) - new Date(phase.from)), phase.to ? '' : ' so far'), h('span', { class: 'sub' }, clock(phase.from))))),
      step.approval ? h('section', {}, h('h3', {}, 'Approval'), h('dl', { class: 'grid' },
        fact('Status', pill(step.approval.status)), fact('Decided by', step.approval.decided_by), fact('At', step.approval.decided_at && clock(step.approval.decided_at)), fact('Said', step.approval.text), fact('Rule', step.approval.rule)),
      step.approval.status === 'open' ? h('a', { class: 'button', href: '#/approvals?call=' + id(step.id) }, 'Decide') : null) : null,
      step.kind === 'tool' ? [h('h3', {}, 'Arguments'), h('pre', {}, pretty(step.arguments)), h('h3', {}, 'Result'), h('pre', {}, pretty(step.preview) || '–')] : null,
      more,
      h('dl', { class: 'grid' },
        fact('Task', step.task_id), fact('Turn', step.turn), step.kind === 'model' ? fact('Attempt', step.number) : fact('Call of the turn', step.number),
        step.usage ? [fact('Input tokens', count(tokens(step.usage) - step.usage.output) + (step.usage.cache_read ? ' (' + count(step.usage.cache_read) + ' from cache)' : '')), fact('Output tokens', count(step.usage.output))] : null,
        step.cost && (step.kind === 'model' || step.cost.nano_usd) ? fact('Cost', exact(step.cost)) : null, step.unsettled?.nano_usd ? fact('Unsettled', exact(step.unsettled)) : null,
        fact('Stopped', step.stop_reason), fact('Tries', step.tries > 1 ? step.tries : undefined), fact('Deliveries', step.deliveries > 1 ? step.deliveries : undefined), fact('Executor', step.executor)),
      h('h3', {}, 'Records'),
      h('p', { class: 'records' }, records([['asked', p.asked], ['call', p.call], ['result', p.result], ['request', p.approval_request], ['decision', p.approval_decision]])),
      h('div', { class: 'buttons' },
        h('button', { type: 'button', onclick: () => copy('weir show ' + quoted(session), 'Command') }, icon('copy'), 'CLI'),
        h('button', { type: 'button', onclick: () => copy(step.id, 'Id') }, icon('copy'), 'Id')));
    fetchMore(step, more);
  }

  /** The parts of a step that a list of ten thousand would be too long with. */
  async function fetchMore(step, more) {
    try {
      if (step.kind === 'tool') {
        const call = await get('/tool-calls/' + id(step.id));
        if (details?.id !== step.id) return;
        if (call.arguments_length > 500) panel.querySelector('pre').textContent = pretty(call.arguments);
        if (call.asked_arguments) replace(more, h('h3', {}, 'As the model asked'), h('pre', {}, pretty(call.asked_arguments)));
      } else if (step.positions.result) {
        const at = step.positions.result;
        const record = await get('/records/' + [at.topic, at.partition, at.offset].map(id).join('/'));
        if (details?.id !== step.id || !record.payload) return;
        const calls = record.payload.calls || [];
        replace(more, record.payload.text ? [h('h3', {}, 'The model said'), h('p', { class: 'text' }, record.payload.text)] : null,
          calls.length ? [h('h3', {}, 'It asked for'), calls.map((call) => h('pre', {}, (call.tool || '') + ' ' + pretty(call.arguments)))] : null);
      }
    } catch {
      // The record link leads there.
    }
  }

  function keys(event) {
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || document.querySelector('dialog[open]') || event.ctrlKey || event.metaKey) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, PageDown: 15, PageUp: -15, End: 1e9, Home: -1e9 }[event.key];
    if (step && rows.length) {
      event.preventDefault();
      choose(Math.max(0, Math.min(rows.length - 1, (chosen < 0 && step > 0 ? -1 : chosen) + step)));
    } else if (event.key === 'Escape' && details) {
      close();
    }
  }
  document.addEventListener('keydown', keys);
  const resized = new ResizeObserver(() => { if (shown) paint(); });
  resized.observe(view);

  return {
    show,
    leave: () => {
      document.removeEventListener('keydown', keys);
      clearInterval(ticking);
      resized.disconnect();
    },
  };
}

/** Maps moments to places between 0 and 1; stretches in which nobody works can be shortened. */
export function scaleOf(rows, squeezed) {
  const now = Date.now();
  const busy = [];
  let from = Infinity;
  let to = -Infinity;
  for (const step of rows) {
    const began = step.from ? new Date(step.from).getTime() : undefined;
    if (began === undefined) continue;
    from = Math.min(from, began);
    to = Math.max(to, step.to ? new Date(step.to).getTime() : step.phases.some((phase) => !phase.to) ? now : began);
    for (const phase of step.phases) {
      if (phase.phase !== 'person') busy.push([new Date(phase.from).getTime(), phase.to ? new Date(phase.to).getTime() : now]);
    }
  }
  if (from === Infinity) return { at: () => 0, ticks: [] };
  to = Math.max(to, from + 1);
  busy.sort((a, b) => a[0] - b[0]);
  const work = [];
  for (const [a, b] of busy) {
    if (work.length && a <= work.at(-1)[1]) work.at(-1)[1] = Math.max(work.at(-1)[1], b);
    else work.push([a, b]);
  }
  const total = work.reduce((sum, [a, b]) => sum + b - a, 0);
  const longest = squeezed && work.length ? Math.max(total * 0.08, 1) : Infinity;
  const points = [[from, 0]];
  let place = 0;
  let seen = from;
  for (const [a, b] of work) {
    if (a > seen) {
      place += Math.min(a - seen, longest);
      points.push([a, place]);
      seen = a;
    }
    if (b > seen) {
      place += b - seen;
      points.push([b, place]);
      seen = b;
    }
  }
  if (to > seen) {
    place += Math.min(to - seen, longest);
    points.push([to, place]);
  }
  const whole = Math.max(place, 1);
  const at = (moment) => {
    if (moment <= from) return 0;
    let low = 0;
    let high = points.length - 1;
    if (moment >= points[high][0]) return 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (points[middle][0] <= moment) low = middle;
      else high = middle;
    }
    const [x0, y0] = points[low];
    const [x1, y1] = points[high];
    return (y0 + ((moment - x0) / Math.max(1, x1 - x0)) * (y1 - y0)) / whole;
  };
  const back = (share) => {
    const want = share * whole;
    for (let i = 1; i < points.length; i++) {
      if (points[i][1] >= want) {
        const [x0, y0] = points[i - 1];
        const [x1, y1] = points[i];
        return x0 + ((want - y0) / Math.max(1e-9, y1 - y0)) * (x1 - x0);
      }
    }
    return to;
  };
  const ticks = [0, 0.25, 0.5, 0.75].map((share) => ({ at: share, text: share === 0 ? clock(from) : '+' + duration(back(share) - from) }));
  return { at, ticks };
}
