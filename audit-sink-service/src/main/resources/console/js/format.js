import { h } from './dom.js';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });
const DAY = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const NUMBER = new Intl.NumberFormat('en-US');

export const count = (n) => NUMBER.format(n ?? 0);

/** Dollars out of the exact text: cents for large amounts, as many digits as matter for small ones. */
export function dollars(money) {
  if (!money) return '–';
  if (money.nano_usd === 0) return '$0';
  const [whole, decimals] = money.usd.replace('-', '').split('.');
  const digits = whole.length > 2 ? 2 : whole !== '0' ? 4 : 6;
  let short = decimals.slice(0, digits);
  if (whole === '0' && /^0*$/.test(short)) short = decimals;
  return (money.usd.startsWith('-') ? '-$' : '$') + NUMBER.format(Number(whole)) + '.' + short.replace(/0+$/, '').padEnd(2, '0');
}

export const exact = (money) => (money ? '$' + money.usd : '');

export function duration(ms) {
  if (ms === undefined || ms === null || Number.isNaN(ms)) return '';
  if (ms < 0) return '0 ms';
  if (ms < 1000) return Math.round(ms) + ' ms';
  if (ms < 60_000) return (ms / 1000).toFixed(ms < 10_000 ? 2 : 1) + ' s';
  if (ms < 3_600_000) return Math.floor(ms / 60_000) + 'm ' + String(Math.floor((ms % 60_000) / 1000)).padStart(2, '0') + 's';
  if (ms < 86_400_000) return Math.floor(ms / 3_600_000) + 'h ' + String(Math.floor((ms % 3_600_000) / 60_000)).padStart(2, '0') + 'm';
  return Math.floor(ms / 86_400_000) + 'd ' + Math.floor((ms % 86_400_000) / 3_600_000) + 'h';
}

export function clock(at) {
  return CLOCK.format(new Date(at));
}

export function moment(at) {
  if (!at) return '';
  const date = new Date(at);
  const today = new Date();
  return date.toDateString() === today.toDateString() ? CLOCK.format(date) : DAY.format(date) + ' ' + CLOCK.format(date);
}

export function time(at) {
  return at ? h('time', { datetime: at, title: at }, moment(at)) : '';
}

export function ago(at) {
  const ms = Date.now() - new Date(at).getTime();
  if (ms < 5_000) return 'just now';
  if (ms < 60_000) return Math.floor(ms / 1000) + ' s ago';
  if (ms < 3_600_000) return Math.floor(ms / 60_000) + ' min ago';
  if (ms < 86_400_000) return Math.floor(ms / 3_600_000) + ' h ago';
  return Math.floor(ms / 86_400_000) + ' d ago';
}

export function tokens(usage) {
  if (!usage) return 0;
  return usage.uncached_input + usage.cache_write_5m + usage.cache_write_1h + usage.cache_read + usage.output;
}

const TONES = {
  running: 'busy', submitted: 'busy', open: 'busy', waiting: 'wait', paused: 'wait', idle: 'calm', complete: 'good', ok: 'good',
  approved: 'good', edited: 'good', answered: 'good', cancelled: 'calm', ended: 'calm', closed: 'calm', expired: 'calm',
};

/** A status with its colour and, for those who see no colour, its word. */
export function pill(status) {
  return h('span', { class: 'pill ' + (TONES[status] || 'bad') }, status.replaceAll('_', ' '));
}

/** JSON on several lines if it is JSON, the text as it is if not. */
export function pretty(text) {
  if (text === undefined || text === null) return '';
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return String(text);
  }
}

export function place(position) {
  return position ? position.topic + '-' + position.partition + '@' + position.offset : '';
}

export function head(text, characters) {
  const line = String(text ?? '').replace(/\s+/g, ' ').trim();
  return line.length <= characters ? line : line.slice(0, characters - 1) + '…';
}
