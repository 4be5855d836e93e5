import { h, icon, replace } from './dom.js';
import * as api from './api.js';
import * as live from './live.js';
import { openPalette } from './palette.js';
import { say } from './notice.js';
import { dollars } from './format.js';
import { sessionsPage } from './sessions.js';
import { sessionPage } from './session.js';
import { approvalsPage } from './approvals.js';
import { costPage } from './cost.js';
import { agentsPage, alertsPage, deadLettersPage, recordPage } from './lists.js';
import { livePage } from './tail.js';

const PLACES = [
  { name: 'Sessions', path: '/sessions', icon: 'sessions', key: 's', page: sessionsPage },
  { name: 'Approvals', path: '/approvals', icon: 'approvals', key: 'a', page: approvalsPage },
  { name: 'Cost', path: '/cost', icon: 'cost', key: 'c', page: costPage },
  { name: 'Alerts', path: '/alerts', icon: 'alerts', key: 'l', page: alertsPage },
  { name: 'Dead letters', path: '/dead-letters', icon: 'letters', key: 'd', page: deadLettersPage },
  { name: 'Live tail', path: '/live', icon: 'live', key: 't', page: livePage },
  { name: 'Agents and tools', path: '/agents', icon: 'agents', key: 'g', page: agentsPage },
];

const THEME = 'weir.theme';
let me;
let leave = () => {};
let main;
let counts = {};

function theme(next) {
  if (next) localStorage.setItem(THEME, next);
  const chosen = localStorage.getItem(THEME);
  if (chosen) document.documentElement.dataset.theme = chosen;
}

function otherTheme() {
  const dark = document.documentElement.dataset.theme
    ? document.documentElement.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  theme(dark ? 'light' : 'dark');
}

/** A token that came in the fragment is kept and taken out of the address at once. */
function takeToken() {
  const match = /^#token=([A-Za-z0-9_-]{10,200})(.*)$/.exec(location.hash);
  if (match) {
    api.setToken(match[1]);
    history.replaceState(null, '', location.pathname + (match[2].startsWith('/') ? '#' + match[2] : '#/sessions'));
  }
}

function signIn(reason) {
  live.stop();
  leave();
  leave = () => {};
  document.title = 'Sign in · Weirkeeper';
  const field = h('input', { type: 'password', id: 'token', autocomplete: 'off', spellcheck: 'false', placeholder: 'weir_…' });
  const error = h('p', { class: 'error', role: 'alert' }, reason || '');
  const form = h('form', {
    class: 'sign-in', method: 'dialog',
    onsubmit: async (event) => {
      event.preventDefault();
      api.setToken(field.value.trim());
      try {
        me = await api.get('/me');
        shell();
      } catch (e) {
        api.setToken('');
        replace(error, e.message);
        field.focus();
      }
    },
  },
  h('h1', {}, 'Weirkeeper'),
  h('label', { for: 'token' }, 'Access token'),
  field, error,
  h('button', { class: 'primary', type: 'submit' }, 'Sign in'),
  h('p', { class: 'hint' }, 'A local stack prints its address with a token when it starts. Elsewhere an administrator makes one: ', h('code', {}, 'weir tokens create'), '. It is kept until this tab is closed.'));
  replace(document.body, h('main', { class: 'gate' }, form));
  field.focus();
}

function shell() {
  const links = PLACES.map((place) => {
    counts[place.path] = h('span', { class: 'count', 'aria-hidden': 'true' });
    return h('a', { href: '#' + place.path, 'data-path': place.path, title: place.name + ' (g ' + place.key + ')' }, icon(place.icon), h('span', { class: 'name' }, place.name), counts[place.path]);
  });
  const dot = h('span', { class: 'live-dot', role: 'status', title: 'live updates' }, h('span', { class: 'sr' }, 'live updates are off'));
  live.watch((kind, value) => {
    if (kind === 'state') {
      dot.dataset.state = value;
      dot.title = 'live updates: ' + value;
      dot.firstChild.textContent = 'live updates are ' + value;
    }
  });
  main = h('main', { id: 'main', tabindex: '-1' });
  const mac = /Mac/.test(navigator.platform);
  replace(
    document.body,
    h('a', { class: 'skip', href: '#/sessions', onclick: (event) => { event.preventDefault(); main.focus(); } }, 'Skip to content'),
    h('nav', { class: 'side', 'aria-label': 'Places' },
      h('a', { class: 'brand', href: '#/sessions' }, h('span', { class: 'mark', 'aria-hidden': 'true' }), h('span', { class: 'name' }, 'Weirkeeper')),
      links,
      h('div', { class: 'foot' },
        h('div', { class: 'who', title: me.roles.join(', ') + ' · ' + (me.all_tenants ? 'all tenants' : me.tenants.join(', ')) }, dot, h('span', { class: 'name' }, me.name)),
        h('div', { class: 'tools' },
          h('button', { class: 'plain', type: 'button', 'aria-label': 'Dark or light', title: 'Dark or light', onclick: otherTheme }, icon('theme')),
          h('button', { class: 'plain', type: 'button', 'aria-label': 'Sign out', title: 'Sign out', onclick: () => { api.setToken(''); signIn(); } }, icon('out'))))),
    h('div', { class: 'stage' },
      h('header', { class: 'top' },
        h('button', { class: 'find', type: 'button', onclick: palette }, icon('search'), h('span', {}, 'Search or go to…'), h('kbd', {}, mac ? '⌘K' : 'Ctrl K')),
        h('div', { class: 'today', id: 'today' })),
      main),
    h('div', { id: 'notices', role: 'status', 'aria-live': 'polite' }));
  live.start();
  refreshCounts();
  const calm = live.calmly(2_000, refreshCounts);
  live.watch((kind) => {
    if (kind !== 'state') calm();
  });
  route();
}

async function refreshCounts() {
  if (!api.hasToken() || document.hidden) return;
  try {
    const now = await api.get('/overview');
    show('/approvals', now.approvals, true);
    show('/alerts', now.alerts, false);
    const running = Object.values(now.sessions).reduce((a, b) => a + b, 0);
    show('/sessions', running, false);
    const today = document.getElementById('today');
    if (today) replace(today, h('span', { class: 'hint' }, 'today'), ' ', h('strong', { title: '$' + now.today.usd }, dollars(now.today)));
  } catch {
    // The page itself says what is wrong.
  }
}

function show(path, number, loud) {
  const element = counts[path];
  if (!element) return;
  element.textContent = number ? (number > 999 ? '999+' : String(number)) : '';
  element.classList.toggle('loud', loud && number > 0);
}

function palette() {
  openPalette([
    ...PLACES.map((place) => ({ name: 'Go to ' + place.name, hint: 'g ' + place.key, run: () => go(place.path) })),
    { name: 'Dark or light', run: otherTheme },
    { name: 'Keyboard shortcuts', hint: '?', run: help },
    { name: 'Sign out', run: () => { api.setToken(''); signIn(); } },
  ]);
}

function go(path) {
  location.hash = '#' + path;
}

function help() {
  const keys = [
    ['Ctrl K or ⌘K', 'search or go to'], ['g, then s a c l d t g', 'sessions, approvals, cost, alerts, dead letters, live tail, agents'],
    ['/', 'search in the page'], ['j, k or ↓, ↑', 'next, previous'], ['Enter', 'open'], ['Esc', 'close'],
    ['a, r, e', 'approve or answer, reject, edit (in approvals)'], ['p', 'pause the live tail'], ['?', 'this list'],
  ];
  const dialog = h('dialog', { class: 'dialog', 'aria-label': 'Keyboard shortcuts' },
    h('h2', {}, 'Keyboard shortcuts'),
    h('dl', { class: 'keys' }, keys.map(([key, what]) => [h('dt', {}, h('kbd', {}, key)), h('dd', {}, what)])),
    h('form', { method: 'dialog' }, h('button', { class: 'primary' }, 'Close')));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function route() {
  const [path, query] = (location.hash.slice(1) || '/sessions').split('?');
  const parts = path.split('/').filter(Boolean).map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  });
  const place = PLACES.find((one) => one.path === '/' + parts[0]) || (parts[0] === 'records' ? { name: 'Record', path: '', page: recordPage } : PLACES[0]);
  document.querySelectorAll('nav.side a[data-path]').forEach((link) => {
    if (link.dataset.path === place.path) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  });
  leave();
  replace(main);
  main.scrollTop = 0;
  const context = { me, parts: parts.slice(1), query: new URLSearchParams(query || ''), main, go, title: (text) => { document.title = text + ' · Weirkeeper'; } };
  context.title(place.name);
  const page = place.path === '/sessions' && parts.length > 1 ? sessionPage : place.page;
  leave = page(context) || (() => {});
}

let chord = 0;
document.addEventListener('keydown', (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
    event.preventDefault();
    if (me) palette();
    return;
  }
  if (!me || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return;
  if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) {
    if (event.key === 'Escape') event.target.blur();
    return;
  }
  if (Date.now() - chord < 1_200) {
    chord = 0;
    const place = PLACES.find((one) => one.key === event.key);
    if (place) {
      event.preventDefault();
      event.stopImmediatePropagation();
      go(place.path);
      return;
    }
  }
  if (event.key === 'g') chord = Date.now();
  else if (event.key === '?') help();
  else if (event.key === '/') {
    const field = main?.querySelector('input[type=search]');
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  }
});

window.addEventListener('hashchange', () => {
  if (location.hash.startsWith('#token=')) begin();
  else if (me) route();
});

api.onSignedOut(() => {
  if (me) {
    me = undefined;
    api.setToken('');
    signIn('The token is not valid any more.');
  }
});

async function begin() {
  theme();
  takeToken();
  if (!api.hasToken()) {
    signIn();
    return;
  }
  try {
    me = await api.get('/me');
    shell();
  } catch (e) {
    if (e.status === 401 || e.status === 429) {
      api.setToken('');
      signIn(e.message);
    } else {
      replace(document.body, h('main', { class: 'gate' }, h('div', { class: 'sign-in' }, h('h1', {}, 'Weirkeeper'), h('p', { class: 'error', role: 'alert' }, e.message), h('button', { class: 'primary', onclick: begin }, 'Try again'))));
      say(e.message);
    }
  }
}

begin();
