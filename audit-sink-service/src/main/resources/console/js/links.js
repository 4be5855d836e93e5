import { h } from './dom.js';
import { id } from './api.js';
import { place } from './format.js';

/** Leads to a record of the log. */
export function recordLink(position) {
  return position ? h('a', { class: 'mono record', href: '#/records/' + [position.topic, position.partition, position.offset].map(id).join('/') }, place(position)) : '–';
}

/** Leads to several, each with what it is. */
export function records(named) {
  return named.filter(([, position]) => position).map(([name, position], i) => [i ? ' · ' : '', name + ' ', recordLink(position)]);
}

/** A word as a shell takes it. */
export function quoted(text) {
  return /^[A-Za-z0-9_./-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'";
}
