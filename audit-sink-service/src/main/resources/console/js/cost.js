import { h, replace, svg } from './dom.js';
import { get } from './api.js';
import { calmly, watch } from './live.js';
import { count, dollars, exact } from './format.js';
import { copy, empty, failure, loading } from './notice.js';

const RANGES = { '24h': [24, 'hour'], '7d': [168, 'day'], '30d': [720, 'day'], '12w': [2016, 'week'], '12m': [8760, 'month'] };
const GROUPS = [['model', 'Model'], ['agent', 'Agent'], ['agent_version', 'Agent version'], ['tenant', 'Tenant'], ['tool', 'Tool'], ['price_book', 'Price book']];
const COLOURS = 8;
const money = (nano) => ({ nano_usd: nano, usd: decimal(nano) });

function decimal(nano) {
  const text = String(Math.abs(nano)).padStart(10, '0');
  return (nano < 0 ? '-' : '') + text.slice(0, -9) + '.' + text.slice(-9);
}

export function costPage({ query, main }) {
  const range = RANGES[query.get('range')] ? query.get('range') : '7d';
  const group = GROUPS.some(([name]) => name === query.get('by')) ? query.get('by') : 'model';
  const [hours, bucket] = RANGES[range];
  const chart = h('div', { class: 'chart card' });
  const table = h('div', {});
  const budgets = h('div', {});
  const lost = h('div', {});
  const link = (next) => '#/cost?range=' + (next.range || range) + '&by=' + (next.by || group);
  replace(main,
    h('div', { class: 'head' }, h('h1', {}, 'Cost'), h('button', { type: 'button', class: 'plain', onclick: () => copy('weir cost --by ' + group + ' --bucket ' + bucket, 'Command') }, 'Copy CLI')),
    h('div', { class: 'choices' },
      h('nav', { class: 'chips', 'aria-label': 'Time' }, Object.keys(RANGES).map((name) => h('a', { href: link({ range: name }), 'aria-current': name === range ? 'true' : null }, name))),
      h('nav', { class: 'chips', 'aria-label': 'Grouped by' }, GROUPS.map(([name, word]) => h('a', { href: link({ by: name }), 'aria-current': name === group ? 'true' : null }, word)))),
    chart, table, budgets, lost);
  replace(chart, loading());

  function start() {
    const now = new Date();
    const from = new Date(now.getTime() - hours * 3_600_000);
    from.setUTCMinutes(0, 0, 0);
    if (bucket !== 'hour') from.setUTCHours(0);
    if (bucket === 'week') from.setUTCDate(from.getUTCDate() - ((from.getUTCDay() + 6) % 7));
    if (bucket === 'month') from.setUTCDate(1);
    else if (bucket !== 'hour') from.setUTCDate(from.getUTCDate() + (bucket === 'day' ? 1 : 0));
    return from;
  }

  function buckets(from) {
    const all = [];
    const at = new Date(from);
    while (at <= new Date() && all.length < 400) {
      all.push(at.toISOString().replace('.000Z', 'Z'));
      if (bucket === 'hour') at.setUTCHours(at.getUTCHours() + 1);
      else if (bucket === 'day') at.setUTCDate(at.getUTCDate() + 1);
      else if (bucket === 'week') at.setUTCDate(at.getUTCDate() + 7);
      else at.setUTCMonth(at.getUTCMonth() + 1);
    }
    return all;
  }

  async function load() {
    const from = start();
    try {
      const [parts, sums, money, unsettled] = await Promise.all([
        get('/ledger', { group_by: group, bucket, from: from.toISOString(), limit: 10_000 }),
        get('/ledger', { group_by: group, from: from.toISOString(), limit: 200 }),
        get('/budgets'), get('/ledger/unsettled', { limit: 20 })]);
      paintChart(parts, sums, buckets(from));
      paintTable(sums);
      paintBudgets(money.items);
      paintLost(unsettled);
    } catch (e) {
      replace(chart, failure(e, load));
    }
  }

  function paintChart(parts, sums, times) {
    const names = sums.groups.map((sum) => sum.group[group]);
    const shown = names.slice(0, names.length > COLOURS ? COLOURS - 1 : COLOURS);
    const series = names.length > shown.length ? [...shown, null] : shown;
    const cell = new Map();
    for (const sum of parts.groups) {
      const name = shown.includes(sum.group[group]) ? sum.group[group] : null;
      const key = sum.from.replace('.000Z', 'Z') + '\n' + name;
      cell.set(key, (cell.get(key) || 0) + sum.cost.settled.nano_usd);
    }
    const value = (time, name) => cell.get(time + '\n' + name) || 0;
    const totals = times.map((time) => series.reduce((sum, name) => sum + value(time, name), 0));
    const most = Math.max(...totals, 1);
    const top = nice(most);
    const width = 1_000;
    const height = 240;
    const leftSide = 64;
    const step = (width - leftSide) / times.length;
    const bar = Math.max(2, Math.min(48, step * 0.72));
    const tip = h('div', { class: 'tip', role: 'status' });
    const y = (nano) => height - (nano / top) * height;
    const columns = times.map((time, i) => {
      let base = 0;
      const x = leftSide + i * step + (step - bar) / 2;
      const rects = series.map((name, s) => {
        const nano = value(time, name);
        if (nano <= 0) return null;
        const rect = svg('rect', { class: 'series s' + (name === null ? 'x' : s), x, y: y(base + nano), width: bar, height: Math.max(0.75, y(base) - y(base + nano)) });
        base += nano;
        return rect;
      });
      const describe = () => replace(tip, h('strong', {}, label(time, true)), ' ', dollars(money(totals[i])), series.filter((name) => value(time, name) > 0).map((name) => h('span', {}, h('i', { class: 'series s' + (name === null ? 'x' : series.indexOf(name)) }), (name === null ? 'others' : name || '–') + ' ' + dollars(money(value(time, name))))));
      return svg('g', { tabindex: totals[i] ? '0' : null, role: 'img', 'aria-label': label(time, true) + ' ' + dollars(money(totals[i])), onmouseenter: describe, onfocus: describe }, svg('rect', { class: 'hit', x: leftSide + i * step, y: 0, width: step, height }), rects);
    });
    const every = Math.ceil(times.length / 10);
    replace(chart,
      h('div', { class: 'line' }, h('div', {}, h('div', { class: 'hint' }, 'Settled'), h('div', { class: 'big', title: exact(sums.total.cost.settled) }, dollars(sums.total.cost.settled))),
        stat('Calls', count(sums.total.calls)), group === 'tool' ? null : [stat('Failed', count(sums.total.failed)), stat('Unsettled', dollars(sums.total.cost.unsettled)), stat('Adjusted', dollars(sums.total.cost.adjusted))], tip),
      svg('svg', { viewBox: '0 0 ' + width + ' ' + (height + 24), class: 'plot', role: 'group', 'aria-label': 'Settled cost over time' },
        [0, 0.25, 0.5, 0.75, 1].map((share) => [svg('line', { class: 'gridline', x1: leftSide, x2: width, y1: y(top * share), y2: y(top * share) }), svg('text', { class: 'tick', x: leftSide - 8, y: y(top * share) + 4, 'text-anchor': 'end' }, dollars(money(Math.round(top * share))))]),
        columns,
        times.map((time, i) => (i % every ? null : svg('text', { class: 'tick', x: leftSide + i * step + step / 2, y: height + 18, 'text-anchor': 'middle' }, label(time))))),
      h('div', { class: 'legend' }, series.map((name, s) => h('span', {}, h('i', { class: 'series s' + (name === null ? 'x' : s) }), name === null ? 'others' : name || (group === 'tool' ? 'no tool' : '–')))));
    if (!sums.groups.length) chart.append(empty('Nothing was spent in this time'));
  }

  const stat = (name, value) => h('div', {}, h('div', { class: 'hint' }, name), h('div', { class: 'mid' }, value));

  function label(time, whole) {
    const date = new Date(time);
    if (bucket === 'hour') return (whole ? date.toISOString().slice(0, 10) + ' ' : '') + String(date.getUTCHours()).padStart(2, '0') + ':00' + (whole ? ' UTC' : '');
    if (bucket === 'month') return date.toISOString().slice(0, 7);
    return whole ? date.toISOString().slice(0, 10) : date.toISOString().slice(5, 10);
  }

  function paintTable(sums) {
    const tools = group === 'tool';
    const cells = tools ? ['Asked', 'Settled', 'Share'] : ['Calls', 'Failed', 'Input', 'Cached', 'Output', 'Settled', 'Unsettled', 'Share'];
    const all = sums.total.cost.settled.nano_usd || 1;
    replace(table, h('div', { class: 'scroll' }, h('table', { class: 'list' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, GROUPS.find(([name]) => name === group)[1]), cells.map((name) => h('th', { scope: 'col', class: 'number' }, name)))),
      h('tbody', {}, sums.groups.map((sum) => h('tr', {}, h('td', { class: 'wide' }, sum.group[group] || (tools ? 'no tool' : '–')),
        h('td', { class: 'number' }, count(sum.calls)),
        tools ? null : [h('td', { class: 'number' }, count(sum.failed)), h('td', { class: 'number' }, count(sum.usage.uncached_input + sum.usage.cache_write_5m + sum.usage.cache_write_1h)), h('td', { class: 'number' }, count(sum.usage.cache_read)), h('td', { class: 'number' }, count(sum.usage.output))],
        h('td', { class: 'number', title: exact(sum.cost.settled) }, dollars(sum.cost.settled)),
        tools ? null : h('td', { class: 'number', title: exact(sum.cost.unsettled) }, dollars(sum.cost.unsettled)),
        h('td', { class: 'number' }, ((sum.cost.settled.nano_usd / all) * 100).toFixed(1) + ' %')))))));
    if (sums.truncated) table.append(h('p', { class: 'hint' }, 'There are more; the sums above are of all.'));
  }

  function paintBudgets(all) {
    const limited = all.filter((one) => one.limit || one.frozen || one.spent.nano_usd);
    replace(budgets, h('h2', {}, 'Budgets of today'), limited.length ? h('div', { class: 'cards' }, limited.map((one) => {
      const used = one.limit ? Math.min(1, (one.spent.nano_usd + one.reserved.nano_usd) / Math.max(1, one.limit.nano_usd)) : 0;
      return h('div', { class: 'card small' }, h('div', { class: 'line' }, h('strong', {}, one.tenant), one.frozen ? h('span', { class: 'tag bad' }, 'frozen') : null, h('span', { class: 'right', title: exact(one.spent) }, dollars(one.spent) + (one.limit ? ' of ' + dollars(one.limit) : ', no limit'))),
        one.limit ? h('div', { class: 'meter', role: 'meter', 'aria-label': 'used', 'aria-valuemin': '0', 'aria-valuemax': '100', 'aria-valuenow': Math.round(used * 100) }, h('i', { class: used > 0.9 ? 'bad' : used > 0.7 ? 'wait' : '', style: { width: used * 100 + '%' } })) : null,
        one.reserved.nano_usd > 0 ? h('div', { class: 'sub' }, dollars(one.reserved) + ' reserved for calls under way') : null);
    })) : h('p', { class: 'hint' }, 'No tenant has spent anything today.'));
  }

  function paintLost(page) {
    replace(lost, page.items.length ? [h('h2', {}, 'Calls whose reply was lost'), h('p', { class: 'hint' }, 'The provider may have charged up to these amounts.'),
      h('div', { class: 'scroll' }, h('table', { class: 'list' }, h('thead', {}, h('tr', {}, ['Call', 'Model', 'Tenant', 'Hour', 'At most'].map((name) => h('th', { scope: 'col' }, name)))),
        h('tbody', {}, page.items.map((one) => h('tr', {}, h('td', { class: 'mono' }, h('a', { href: '#/sessions/' + encodeURIComponent(one.session_id) + '?step=' + encodeURIComponent(one.call_id) }, one.call_id)), h('td', {}, one.model), h('td', {}, one.tenant), h('td', {}, one.hour), h('td', { class: 'mono' }, exact(one.amount)))))))] : null);
  }

  load();
  const calm = calmly(5_000, load);
  const unwatch = watch((kind) => { if (kind === 'event' || kind === 'missed') calm(); });
  return () => {
    unwatch();
    calm.stop();
  };
}

/** A round number not below this one. */
function nice(nano) {
  const size = 10 ** Math.floor(Math.log10(nano));
  return [1, 2, 4, 5, 8, 10].map((factor) => factor * size).find((round) => round >= nano);
}
