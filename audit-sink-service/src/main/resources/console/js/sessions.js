import { h, replace } from './dom.js';
import { get, id, post } from './api.js';
import { calmly, watch } from './live.js';
import { ago, count, dollars, exact, head, pill } from './format.js';
import { empty, failure, loading, say } from './notice.js';

const STATUSES = ['running', 'waiting', 'paused', 'submitted', 'complete', 'failed', 'cancelled', 'refused', 'max_steps_exceeded', 'token_budget_exceeded', 'cost_limit_exceeded', 'deadline_exceeded', 'idle'];

export function sessionsPage({ me, query, main, go }) {
  const names = ['q', 'status', 'agent', 'tenant', 'from', 'to', 'min'];
  const wanted = Object.fromEntries(names.map((name) => [name, query.get(name) || '']));
  let items = [];
  let next;
  let chosen = -1;
  let asking;

  const search = h('input', { type: 'search', name: 'q', value: wanted.q, placeholder: 'Words of a task, session or task id', 'aria-label': 'Search sessions', autocomplete: 'off', spellcheck: 'false' });
  const status = h('select', { name: 'status', 'aria-label': 'Status' }, h('option', { value: '' }, 'Any status'), STATUSES.map((one) => h('option', { value: one, selected: one === wanted.status }, one.replaceAll('_', ' '))));
  const agent = h('input', { name: 'agent', value: wanted.agent, placeholder: 'Agent', 'aria-label': 'Agent', autocomplete: 'off' });
  const tenant = h('input', { name: 'tenant', value: wanted.tenant, placeholder: 'Tenant', 'aria-label': 'Tenant', autocomplete: 'off' });
  const from = h('input', { type: 'date', name: 'from', value: wanted.from, 'aria-label': 'Seen from' });
  const to = h('input', { type: 'date', name: 'to', value: wanted.to, 'aria-label': 'Seen before' });
  const min = h('input', { type: 'number', name: 'min', value: wanted.min, min: '0', step: 'any', placeholder: 'Cost ≥ $', 'aria-label': 'Cost at least, in dollars' });
  const form = h('form', { class: 'filters', role: 'search', onsubmit: (event) => { event.preventDefault(); apply(); } }, search, status, agent, tenant, from, to, min,
    h('button', { type: 'submit' }, 'Search'),
    names.some((name) => wanted[name]) ? h('button', { type: 'button', class: 'plain', onclick: () => go('/sessions') }, 'Clear') : null);
  status.addEventListener('change', apply);

  const body = h('tbody');
  const table = h('table', { class: 'list' },
    h('thead', {}, h('tr', {}, ['Status', 'Task', 'Agent', 'Tenant'].map((name) => h('th', { scope: 'col' }, name)), ['Steps', 'Tokens', 'Cost', 'Last seen'].map((name) => h('th', { scope: 'col', class: 'number' + (name === 'Steps' || name === 'Tokens' ? ' spare' : '') }, name)))),
    body);
  const below = h('div', { class: 'more' });
  replace(main,
    h('div', { class: 'head' }, h('h1', {}, 'Sessions'), me.rights.includes('operate') ? h('button', { class: 'primary', type: 'button', onclick: submit }, 'New task') : null),
    form, h('div', { class: 'scroll' }, table), below);

  function apply() {
    const parameters = new URLSearchParams();
    for (const field of [search, status, agent, tenant, from, to, min]) if (field.value) parameters.set(field.name, field.value);
    const text = parameters.toString();
    go('/sessions' + (text ? '?' + text : ''));
  }

  function filters() {
    return {
      q: wanted.q, status: wanted.status, agent: wanted.agent, tenant: wanted.tenant, from: wanted.from, to: wanted.to,
      min_cost_nano_usd: wanted.min ? Math.round(Number(wanted.min) * 1e9) : '',
    };
  }

  function row(session, i) {
    const link = h('a', { href: '#/sessions/' + id(session.session_id), class: 'title' }, head(session.text || session.session_id, 110));
    return h('tr', { class: i === chosen ? 'chosen' : '', onclick: (event) => { if (event.target.tagName !== 'A' && !String(getSelection())) go('/sessions/' + id(session.session_id)); } },
      h('td', {}, pill(session.status)),
      h('td', { class: 'wide' }, link, h('div', { class: 'sub mono' }, session.session_id, session.parent_session_id ? ' ↳ of ' + session.parent_session_id : '', session.tasks > 1 ? ' · ' + session.tasks + ' tasks' : '')),
      h('td', {}, session.agent || '–', h('div', { class: 'sub' }, session.agent_version || '')),
      h('td', {}, session.tenant || '–'),
      h('td', { class: 'number spare' }, count(session.steps)),
      h('td', { class: 'number spare' }, count(session.tokens)),
      h('td', { class: 'number', title: exact(session.cost.settled) }, dollars(session.cost.settled), session.cost.unsettled.nano_usd ? h('div', { class: 'sub warn', title: exact(session.cost.unsettled) + ' unsettled' }, '+ up to ' + dollars(session.cost.unsettled)) : null),
      h('td', { class: 'number' }, h('time', { datetime: session.last_at, title: session.last_at }, ago(session.last_at))));
  }

  function paint() {
    const focused = chosen >= 0 && body.contains(document.activeElement);
    replace(body, items.map(row));
    if (focused) body.children[chosen]?.querySelector('a').focus({ preventScroll: true });
    if (!items.length) {
      replace(below, names.some((name) => wanted[name]) ? empty('No session matches', 'Change the filters or clear them.') : empty('No sessions yet', 'Submit a task: New task above, or weir submit "…".'));
    } else {
      replace(below, next ? h('button', { type: 'button', onclick: older }, 'Show older') : h('span', { class: 'hint' }, count(items.length) + (items.length === 1 ? ' session' : ' sessions')));
    }
  }

  async function load() {
    asking?.abort();
    asking = new AbortController();
    try {
      const page = await get('/sessions', { ...filters(), limit: 50 }, asking.signal);
      // What was loaded below the first page stays.
      const fresh = new Set(page.items.map((session) => session.session_id));
      const rest = items.length > 50 ? items.slice(50).filter((session) => !fresh.has(session.session_id)) : [];
      items = [...page.items, ...rest];
      if (!rest.length) next = page.next;
      paint();
    } catch (e) {
      if (e.name !== 'AbortError') replace(below, failure(e, load));
    }
  }

  async function older() {
    try {
      const page = await get('/sessions', { ...filters(), limit: 50, cursor: next });
      items = [...items, ...page.items];
      next = page.next;
      paint();
    } catch (e) {
      say(e.message, 'bad');
    }
  }

  function submit() {
    const text = h('textarea', { id: 'task-text', rows: '5' });
    const agentName = h('input', { id: 'task-agent', value: 'default', autocomplete: 'off' });
    const tenantName = h('input', { id: 'task-tenant', value: me.all_tenants ? 'default' : me.tenants[0], autocomplete: 'off' });
    const error = h('p', { class: 'error', role: 'alert' });
    const dialog = h('dialog', { class: 'dialog', 'aria-label': 'New task' },
      h('form', {
        onsubmit: async (event) => {
          event.preventDefault();
          try {
            const done = await post('/tasks', { text: text.value, agent: agentName.value, tenant: tenantName.value });
            dialog.close();
            say('Task ' + done.task_id + ' submitted');
            go('/sessions/' + id(done.session_id));
          } catch (e) {
            replace(error, e.message);
          }
        },
      },
      h('h2', {}, 'New task'),
      h('label', { for: 'task-text' }, 'What is to be done'), text,
      h('div', { class: 'pair' }, h('div', {}, h('label', { for: 'task-agent' }, 'Agent'), agentName), h('div', {}, h('label', { for: 'task-tenant' }, 'Tenant'), tenantName)),
      error,
      h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'plain', onclick: () => dialog.close() }, 'Cancel'), h('button', { class: 'primary', type: 'submit' }, 'Submit'))));
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    text.focus();
  }

  function keys(event) {
    if (/^(INPUT|TEXTAREA|SELECT|BUTTON)$/.test(event.target.tagName) || document.querySelector('dialog[open]') || event.ctrlKey || event.metaKey) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      event.preventDefault();
      chosen = Math.max(0, Math.min(items.length - 1, chosen + step));
      [...body.children].forEach((tr, i) => tr.classList.toggle('chosen', i === chosen));
      body.children[chosen].querySelector('a').focus({ preventScroll: true });
      body.children[chosen].scrollIntoView({ block: 'nearest' });
    }
  }

  replace(below, loading());
  load();
  const calm = calmly(1_500, load);
  const unwatch = watch((kind) => { if (kind !== 'state') calm(); });
  const ticking = setInterval(() => { if (!document.hidden) paint(); }, 30_000);
  document.addEventListener('keydown', keys);
  return () => {
    unwatch();
    calm.stop();
    clearInterval(ticking);
    asking?.abort();
    document.removeEventListener('keydown', keys);
  };
}
