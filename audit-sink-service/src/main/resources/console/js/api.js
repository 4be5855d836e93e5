// The token is kept for as long as the tab is open and goes out in a header only: no cookie, no address.

const KEY = 'weir.token';
let token = sessionStorage.getItem(KEY) || '';
const listeners = new Set();

export class Problem extends Error {
  constructor(status, document) {
    super(document.detail || document.title || 'HTTP ' + status);
    this.status = status;
    this.type = document.type || '';
    this.title = document.title || '';
  }
}

export const hasToken = () => token !== '';

export function setToken(text) {
  token = text;
  if (text) sessionStorage.setItem(KEY, text);
  else sessionStorage.removeItem(KEY);
}

/** Called when the API does not know the token any more. */
export function onSignedOut(listener) {
  listeners.add(listener);
}

async function problem(response) {
  let document = {};
  try {
    document = await response.json();
  } catch {
    // The status says enough.
  }
  if (response.status === 401) listeners.forEach((listener) => listener());
  return new Problem(response.status, document);
}

async function send(path, options) {
  let response;
  try {
    response = await fetch('/api/v1' + path, options);
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Problem(0, { detail: 'The API does not answer. Check that the audit sink runs; this page tries again by itself.' });
  }
  if (!response.ok) throw await problem(response);
  return response;
}

export async function get(path, parameters, signal) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters || {})) {
    if (value !== undefined && value !== null && value !== '') query.set(name, value);
  }
  const text = query.toString();
  const response = await send(path + (text ? '?' + text : ''), { headers: { Authorization: 'Bearer ' + token }, signal });
  return response.json();
}

export async function post(path, body) {
  const response = await send(path, {
    method: 'POST',
    headers: { Authorization: 'Bearer ' + token, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

export const id = encodeURIComponent;

/** Reads server-sent events with the token in a header, which EventSource can't send. */
export async function stream(path, lastId, signal, onEvent) {
  const headers = { Authorization: 'Bearer ' + token, Accept: 'text/event-stream' };
  if (lastId) headers['Last-Event-ID'] = lastId;
  const response = await send(path, { headers, signal, cache: 'no-store' });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value;
    let end;
    while ((end = rest.indexOf('\n\n')) >= 0) {
      const block = rest.slice(0, end);
      rest = rest.slice(end + 2);
      const event = { type: 'message', id: undefined, data: '' };
      for (const line of block.split('\n')) {
        if (line.startsWith('event: ')) event.type = line.slice(7);
        else if (line.startsWith('data: ')) event.data += line.slice(6);
        else if (line.startsWith('id: ')) event.id = line.slice(4);
      }
      if (event.data) onEvent(event);
    }
  }
}
