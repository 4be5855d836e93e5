// One stream for the whole page, closed while nobody looks: a browser opens only six connections to
// a server, over all of its tabs.

import { hasToken, stream } from './api.js';

const watchers = new Set();
let lastId;
let running;
let state = 'off';

/** Calls back for every happening; returns how to stop. */
export function watch(callback) {
  watchers.add(callback);
  return () => watchers.delete(callback);
}

export const liveState = () => state;

function tell(kind, happening) {
  for (const watcher of [...watchers]) watcher(kind, happening);
}

function become(next) {
  if (state !== next) {
    state = next;
    tell('state', next);
  }
}

export function start() {
  if (running || !hasToken() || document.hidden) return;
  running = new AbortController();
  go(running);
}

export function stop() {
  running?.abort();
  running = undefined;
  become('off');
}

async function go(controller) {
  let wait = 500;
  while (running === controller) {
    try {
      become('connecting');
      await stream('/live', lastId, controller.signal, (event) => {
        wait = 500;
        become('on');
        if (event.id) lastId = event.id;
        if (event.type === 'missed') tell('missed');
        else if (event.type !== 'hello' && event.type !== 'mark') tell(event.type, JSON.parse(event.data));
      });
    } catch (e) {
      if (e.name === 'AbortError' || e.status === 401 || e.status === 403) break;
    }
    if (running !== controller) break;
    become('off');
    await new Promise((done) => setTimeout(done, wait));
    wait = Math.min(wait * 2, 10_000);
  }
}

document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()));

/** Runs a function soon, and not more often than once in a while, however often it is asked for. */
export function calmly(ms, run) {
  let timer;
  let last = 0;
  const calm = () => {
    if (timer) return;
    timer = setTimeout(() => {
      timer = undefined;
      last = Date.now();
      run();
    }, Math.max(80, last + ms - Date.now()));
  };
  calm.stop = () => clearTimeout(timer);
  return calm;
}
