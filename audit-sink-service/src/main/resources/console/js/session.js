import { h, icon, replace } from './dom.js';
import { get, id, post } from './api.js';
import { calmly, watch } from './live.js';
import { clock, count, dollars, duration, exact, head, moment, pill, time } from './format.js';
import { quoted, recordLink, records } from './links.js';
import { copy, empty, failure, loading, say } from './notice.js';
import { waterfall } from './waterfall.js';

const VIEWS = [['timeline', 'Timeline'], ['tasks', 'Tasks'], ['decisions', 'Decisions'], ['ledger', 'Ledger']];
const MOST_STEPS = 20_000;

export function sessionPage({ me, parts, main, title, go, query }) {
  const session = parts[0];
  const path = '/sessions/' + id(session);
  const address = '/sessions/' + encodeURIComponent(session);
  const view = VIEWS.some(([name]) => name === parts[1]) ? parts[1] : 'timeline';
  title(head(session, 40));
  let timeline;
  let asking;
  let gone = false;
  const top = h('div', { class: 'session-head' });
  const content = h('div', { class: 'session-body' });
  const tabs = h('nav', { class: 'tabs', 'aria-label': 'Views of the session' }, VIEWS.map(([name, word]) => h('a', { href: '#' + address + (name === 'timeline' ? '' : '/' + name), 'aria-current': name === view ? 'page' : null }, word)));
  replace(main, top, tabs, content);
  replace(content, loading());
  const steps = view === 'timeline' ? waterfall(content, { session, selected: query.get('step') }) : undefined;

  function paintHead() {
    const s = timeline.session;
    const began = new Date(s.first_at).getTime();
    const over = !['running', 'waiting', 'submitted', 'paused'].includes(s.status);
    const fact = (name, ...value) => h('div', { class: 'fact' }, h('dt', {}, name), h('dd', {}, value));
    replace(top,
      h('div', { class: 'head' },
        h('div', { class: 'what' },
          h('a', { class: 'back', href: '#/sessions', 'aria-label': 'All sessions' }, icon('left')),
          h('h1', {}, head(s.text || s.session_id, 120)), pill(s.status)),
        h('div', { class: 'actions' },
          me.rights.includes('operate') && !over ? [
            s.status === 'paused' ? h('button', { type: 'button', onclick: () => control('resume') }, 'Resume') : h('button', { type: 'button', onclick: () => control('pause') }, 'Pause'),
            h('button', { type: 'button', class: 'danger', onclick: () => control('cancel') }, 'Cancel')] : null,
          h('button', { type: 'button', class: 'plain', title: 'Copy as a command', 'aria-label': 'Copy as a command', onclick: () => copy('weir show ' + quoted(session), 'Command') }, icon('copy'), h('span', { class: 'wide-only' }, 'CLI')))),
      h('dl', { class: 'facts' },
        fact('Session', h('span', { class: 'mono' }, s.session_id)),
        fact('Agent', s.agent || '–', s.agent_version ? h('span', { class: 'sub' }, ' ' + s.agent_version) : null),
        fact('Tenant', s.tenant || '–'),
        s.subject ? fact('Subject', s.subject) : null,
        s.parent_session_id ? fact('Parent', h('a', { href: '#/sessions/' + id(s.parent_session_id), class: 'mono' }, s.parent_session_id)) : null,
        fact('Cost', h('span', { title: exact(s.cost.settled) }, dollars(s.cost.settled)), s.cost.unsettled.nano_usd ? h('span', { class: 'warn' }, ' + up to ' + dollars(s.cost.unsettled)) : null),
        fact('Tokens', count(s.tokens)), fact('Steps', count(s.steps)),
        fact('Began', time(s.first_at)), fact(over ? 'Took' : 'For', duration((over ? new Date(s.last_at).getTime() : Date.now()) - began))));
    title(head(s.text || s.session_id, 60));
    if (s.waiting) {
      top.append(h('a', { class: 'banner', href: '#/approvals?session=' + id(session) }, icon('approvals'), s.waiting === 1 ? 'A call waits for a person' : s.waiting + ' calls wait for a person', h('span', { class: 'go' }, 'Decide')));
    }
  }

  async function control(kind) {
    const words = { cancel: 'Cancel the running task?', pause: 'Pause the session before its next call?', resume: 'Resume the session?' };
    const reason = h('input', { id: 'reason', autocomplete: 'off', maxlength: '1000' });
    const dialog = h('dialog', { class: 'dialog', 'aria-label': words[kind] },
      h('form', {
        onsubmit: async (event) => {
          event.preventDefault();
          try {
            await post(path + '/' + kind, { reason: reason.value });
            say(kind + ' sent');
            dialog.close();
          } catch (e) {
            say(e.message, 'bad');
          }
        },
      }, h('h2', {}, words[kind]), h('label', { for: 'reason' }, 'Reason'), reason,
      h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'plain', onclick: () => dialog.close() }, 'Back'), h('button', { class: kind === 'cancel' ? 'danger' : 'primary', type: 'submit' }, kind === 'cancel' ? 'Cancel task' : kind === 'pause' ? 'Pause' : 'Resume'))));
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    reason.focus();
  }

  async function load() {
    asking?.abort();
    asking = new AbortController();
    try {
      let page = await get(path + '/timeline', { limit: view === 'timeline' ? 2_000 : 1 }, asking.signal);
      timeline = page;
      paintHead();
      if (view === 'timeline') {
        steps.show(timeline);
        while (page.next && timeline.steps.length < MOST_STEPS) {
          page = await get(path + '/timeline', { limit: 5_000, cursor: page.next }, asking.signal);
          timeline = { ...timeline, steps: [...timeline.steps, ...page.steps], next: page.next };
          steps.show(timeline);
        }
      } else if (view === 'tasks') {
        replace(content, timeline.tasks.map(taskCard));
      } else if (view === 'decisions') {
        await decisions();
      } else {
        await ledger();
      }
    } catch (e) {
      if (e.name === 'AbortError' || gone) return;
      if (!timeline) replace(main, failure(e, load));
      else say(e.message, 'bad');
    }
  }

  function taskCard(task) {
    const calls = Object.entries(task.tool_calls).map(([tool, n]) => tool + ' ×' + n).join(', ');
    return h('article', { class: 'card' },
      h('header', {}, h('h2', { class: 'mono' }, task.task_id), pill(task.status || task.state || 'submitted'), h('span', { class: 'hint' }, task.submitted_by ? 'submitted by ' + task.submitted_by : '', ' ', time(task.asked_at))),
      h('h3', {}, 'Asked'), h('p', { class: 'text' }, task.text || '–'),
      task.result || task.why ? [h('h3', {}, 'Answered'), h('p', { class: 'text' }, task.result || ''), h('p', { class: 'hint' }, task.why || '')] : null,
      h('dl', { class: 'facts' },
        [['Model', task.model || '–'], ['Model calls', task.model_calls ?? '–'], ['Tool calls', calls || '–'], ['Tokens', count(task.tokens)], ['Settled', exact(task.cost.settled)], ['Unsettled', exact(task.cost.unsettled)], ['Took', task.ended_at && task.accepted_at ? duration(new Date(task.ended_at) - new Date(task.accepted_at)) : '–']].map(([name, value]) => h('div', { class: 'fact' }, h('dt', {}, name), h('dd', {}, value)))),
      Object.keys(task.metadata).length ? h('details', {}, h('summary', {}, 'Metadata'), h('pre', {}, JSON.stringify(task.metadata, null, 2))) : null,
      h('p', { class: 'hint' }, records([['task', task.position], ['result', task.result_position]])));
  }

  async function all(kind) {
    const rows = [];
    let cursor;
    do {
      const page = await get(path + '/' + kind, { limit: 1_000, cursor }, asking.signal);
      rows.push(...page.items);
      cursor = page.next;
    } while (cursor && rows.length < 5_000);
    return rows;
  }

  async function decisions() {
    const rows = await all('events');
    replace(content, rows.length ? h('div', { class: 'scroll' }, h('table', { class: 'list' },
      h('thead', {}, h('tr', {}, ['#', 'At', 'Phase', 'What and why', 'Decided', 'Spent', 'Left', 'Record'].map((name) => h('th', { scope: 'col' }, name)))),
      h('tbody', {}, rows.map((event) => h('tr', {},
        h('td', { class: 'number' }, event.sequence), h('td', { class: 'nowrap', title: event.at }, clock(event.at)), h('td', {}, h('span', { class: 'phase-name ' + event.phase }, event.phase)),
        h('td', { class: 'wide' }, h('strong', {}, event.type), h('div', { class: 'sub' }, event.reason)),
        h('td', {}, (event.effects || []).map((effect) => h('div', { class: 'sub' }, h('strong', {}, effect.kind), ' ', head(effect.detail || effect.id, 90)))),
        h('td', { class: 'number', title: exact(event.spent) }, dollars(event.spent)),
        h('td', { class: 'sub' }, [event.left.steps !== undefined ? event.left.steps + ' steps' : null, event.left.cost ? dollars(event.left.cost) : null].filter(Boolean).join(', ')),
        h('td', {}, recordLink(event.position))))))) : empty('No decisions yet', 'The planner has not seen the session, or the sink has not caught up.'));
  }

  async function ledger() {
    const rows = await all('ledger');
    replace(content, rows.length ? h('div', { class: 'scroll' }, h('table', { class: 'list' },
      h('thead', {}, h('tr', {}, ['At', 'Call', 'Kind', 'Amount', 'Model', 'Price book', 'Record'].map((name) => h('th', { scope: 'col', class: name === 'Amount' ? 'number' : '' }, name)))),
      h('tbody', {}, rows.map((line) => h('tr', {}, h('td', { class: 'nowrap', title: line.at }, moment(line.at)), h('td', { class: 'mono' }, line.call_id), h('td', {}, line.kind, line.reason ? h('div', { class: 'sub' }, line.reason + ' · ' + line.decided_by) : null), h('td', { class: 'number mono' }, exact(line.amount)), h('td', {}, line.model || ''), h('td', {}, line.price_book), h('td', {}, recordLink(line.position))))))) : empty('No ledger lines yet'));
  }

  load();
  const calm = calmly(700, load);
  const unwatch = watch((kind, happening) => {
    if (kind === 'missed' || (kind !== 'state' && happening?.session_id === session)) calm();
  });
  return () => {
    gone = true;
    unwatch();
    calm.stop();
    asking?.abort();
    steps?.leave();
  };
}
