import { h, replace } from './dom.js';
import { get, id } from './api.js';
import { calmly, watch } from './live.js';
import { count, dollars, duration, moment, place, time } from './format.js';
import { recordLink } from './links.js';
import { copy, empty, failure, loading, say } from './notice.js';

/** A list that grows at its end and is read anew when something happens. */
function listPage(main, { title, path, parameters, columns, row, nothing, kinds, filters }) {
  let items = [];
  let next;
  const body = h('tbody');
  const below = h('div', { class: 'more' });
  replace(main, h('div', { class: 'head' }, h('h1', {}, title)), filters || null,
    h('div', { class: 'scroll' }, h('table', { class: 'list' }, h('thead', {}, h('tr', {}, columns.map((name) => h('th', { scope: 'col' }, name)))), body)), below);
  replace(below, loading());

  function paint() {
    replace(body, items.map((item) => h('tr', {}, row(item))));
    replace(below, items.length ? (next ? h('button', { type: 'button', onclick: older }, 'Show older') : h('span', { class: 'hint' }, count(items.length))) : nothing);
  }

  async function load() {
    try {
      const page = await get(path, { ...parameters, limit: 100 });
      items = page.items;
      next = page.next;
      paint();
    } catch (e) {
      replace(below, failure(e, load));
    }
  }

  async function older() {
    try {
      const page = await get(path, { ...parameters, limit: 100, cursor: next });
      items = [...items, ...page.items];
      next = page.next;
      paint();
    } catch (e) {
      say(e.message, 'bad');
    }
  }

  load();
  const calm = calmly(2_000, () => { if (items.length <= 100) load(); });
  const unwatch = watch((kind) => { if (kinds.includes(kind) || kind === 'missed') calm(); });
  return () => {
    unwatch();
    calm.stop();
  };
}

function amount(alert, value) {
  switch (alert.kind) {
    case 'cost': case 'budget': return dollars({ nano_usd: value, usd: (value / 1e9).toFixed(9) });
    case 'duration': return duration(value);
    case 'error_rate': return (value / 10).toFixed(1) + ' %';
    default: return count(value);
  }
}

export function alertsPage({ main, query }) {
  const kind = query.get('kind') || '';
  const kinds = ['', 'cost', 'steps', 'duration', 'error_rate', 'approvals_waiting', 'budget', 'other'];
  return listPage(main, {
    title: 'Alerts', path: '/alerts', parameters: { kind }, kinds: ['alert'],
    filters: h('nav', { class: 'chips', 'aria-label': 'Kind' }, kinds.map((name) => h('a', { href: '#/alerts' + (name ? '?kind=' + name : ''), 'aria-current': name === kind ? 'true' : null }, name ? name.replaceAll('_', ' ') : 'all'))),
    columns: ['At', 'Kind', 'What', 'Value', 'Threshold', 'Agent', 'Tenant', 'Session', 'Record'],
    nothing: empty('No alerts', 'They are raised when a session passes a threshold of its agent, or of the sink.'),
    row: (alert) => [h('td', { class: 'nowrap' }, time(alert.at)), h('td', {}, h('span', { class: 'tag bad' }, alert.kind.replaceAll('_', ' '))), h('td', { class: 'wide' }, alert.message), h('td', { class: 'number' }, amount(alert, alert.value)), h('td', { class: 'number' }, amount(alert, alert.threshold)), h('td', {}, alert.agent), h('td', {}, alert.tenant), h('td', { class: 'mono' }, alert.session_id ? h('a', { href: '#/sessions/' + id(alert.session_id) }, alert.session_id) : '–'), h('td', {}, recordLink(alert.position))],
  });
}

export function deadLettersPage({ main, me }) {
  if (!me.all_tenants) {
    replace(main, h('div', { class: 'head' }, h('h1', {}, 'Dead letters')), empty('Not with this token', 'Dead letters belong to no tenant: a token for all tenants sees them.'));
    return undefined;
  }
  return listPage(main, {
    title: 'Dead letters', path: '/dead-letters', parameters: {}, kinds: ['dead_letter'],
    columns: ['At', 'Where it stood', 'Why it was given up', 'By', 'Copy', ''],
    nothing: empty('No dead letters', 'Every record could be read and handled.'),
    row: (letter) => [h('td', { class: 'nowrap' }, time(letter.at)), h('td', {}, recordLink(letter.origin)), h('td', { class: 'wide' }, letter.reason), h('td', {}, letter.reported_by || '–'), h('td', {}, recordLink(letter.position)),
      h('td', {}, h('button', { type: 'button', class: 'plain', onclick: () => copy('weir dead-letters list', 'Command') }, 'CLI'))],
  });
}

export function agentsPage({ main }) {
  const agents = h('div', {}, loading());
  const tools = h('div', {});
  replace(main, h('div', { class: 'head' }, h('h1', {}, 'Agents and tools')), agents, h('h2', {}, 'Tools'), tools);
  const details = (definition) => h('details', {}, h('summary', {}, 'Definition'), h('pre', {}, JSON.stringify(definition, null, 2)));
  async function load() {
    try {
      const [a, t] = await Promise.all([get('/agents'), get('/tools')]);
      replace(agents, a.items.length ? h('div', { class: 'cards' }, a.items.map((one) => h('article', { class: 'card' },
        h('header', {}, h('h2', {}, one.name), h('span', { class: 'tag' }, one.version)),
        h('p', {}, one.definition?.description || ''),
        h('dl', { class: 'facts' }, [['Mode', (one.definition?.mode || 'LOOP').toLowerCase()], ['Model', one.definition?.model?.model || '–'], ['Tools', one.definition?.tools ? one.definition.tools.join(', ') || 'none' : 'all']].map(([name, value]) => h('div', { class: 'fact' }, h('dt', {}, name), h('dd', {}, value)))),
        h('p', {}, h('a', { href: '#/sessions?agent=' + id(one.name) }, 'Its sessions'), ' · ', recordLink(one.position)), details(one.definition)))) : empty('No agents', 'Apply one: weir agents apply agent.yaml'));
      replace(tools, t.items.length ? h('div', { class: 'scroll' }, h('table', { class: 'list' }, h('thead', {}, h('tr', {}, ['Name', 'Kind', 'Pool', 'Timeout', 'Source', 'Description'].map((name) => h('th', { scope: 'col' }, name)))),
        h('tbody', {}, t.items.map((one) => h('tr', {}, h('td', {}, h('strong', {}, one.name)), h('td', {}, one.definition?.destructive ? h('span', { class: 'tag bad' }, 'destructive') : one.definition?.read_only ? h('span', { class: 'tag good' }, 'read only') : h('span', { class: 'tag' }, 'changes')), h('td', {}, one.definition?.pool || 'default'), h('td', { class: 'number' }, duration(one.definition?.timeout_ms ?? 30_000)), h('td', {}, one.definition?.source || ''), h('td', { class: 'wide' }, one.definition?.description || '', details(one.definition))))))) : empty('No tools', 'Executors publish theirs when they start.'));
    } catch (e) {
      replace(agents, failure(e, load));
    }
  }
  load();
  return undefined;
}

export function recordPage({ main, parts, title }) {
  const [topic, partition, offset] = parts;
  title('Record');
  const body = h('div', {}, loading());
  replace(main, h('div', { class: 'head' }, h('h1', { class: 'mono' }, place({ topic, partition, offset }))), body);
  async function load() {
    try {
      const record = await get('/records/' + [topic, partition, offset].map(id).join('/'));
      const fact = (name, ...value) => h('div', { class: 'fact' }, h('dt', {}, name), h('dd', {}, value));
      replace(body,
        h('dl', { class: 'facts' }, fact('Type', record.type), fact('At', moment(record.at)), fact('Key', h('span', { class: 'mono' }, record.key ?? '–')), record.session_id ? fact('Session', h('a', { class: 'mono', href: '#/sessions/' + id(record.session_id) }, record.session_id)) : null, record.call_id ? fact('Call', h('span', { class: 'mono' }, record.call_id)) : null, fact('SHA-256', h('span', { class: 'mono' }, record.digest || '–'))),
        record.withheld.length ? h('p', { class: 'error' }, 'Not as it was on the topic: ' + record.withheld.join(', ')) : null,
        record.headers ? [h('h3', {}, 'Headers'), h('pre', {}, JSON.stringify(record.headers, null, 2))] : null,
        h('h3', {}, 'Value'), h('pre', {}, record.payload ? JSON.stringify(record.payload, null, 2) : record.value ? record.value : 'a tombstone'));
    } catch (e) {
      replace(body, failure(e, load));
    }
  }
  load();
  return undefined;
}
