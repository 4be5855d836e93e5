import { h } from './dom.js';

/** Says something that needs no answer, for a few seconds. */
export function say(text, tone) {
  const box = document.getElementById('notices');
  if (!box) return;
  const notice = h('div', { class: 'notice ' + (tone || '') }, text);
  box.append(notice);
  setTimeout(() => notice.remove(), tone === 'bad' ? 8_000 : 4_000);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
    say(what + ' copied: ' + text);
  } catch {
    say('The browser does not let the page copy: ' + text, 'bad');
  }
}

/** What a list shows while it has nothing else to show. */
export function empty(title, hint) {
  return h('div', { class: 'empty' }, h('strong', {}, title), hint ? h('p', {}, hint) : null);
}

export function failure(e, again) {
  return h('div', { class: 'empty bad', role: 'alert' }, h('strong', {}, e.title || 'Something went wrong'), h('p', {}, e.message), again ? h('button', { type: 'button', onclick: again }, 'Try again') : null);
}

export const loading = () => h('div', { class: 'empty loading' }, h('span', { class: 'spinner', 'aria-hidden': 'true' }), 'Loading…');
