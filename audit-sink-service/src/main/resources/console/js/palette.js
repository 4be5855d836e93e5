import { h, icon, replace } from './dom.js';
import { get, id } from './api.js';
import { head, pill } from './format.js';

/** A field that finds commands and sessions. */
export function openPalette(commands) {
  if (document.querySelector('dialog.palette')) return;
  let choices = [];
  let chosen = 0;
  let asking;
  const field = h('input', { type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'palette-list', 'aria-autocomplete': 'list', 'aria-label': 'Search or go to', placeholder: 'Type a command, a session id, or words of a task', autocomplete: 'off', spellcheck: 'false' });
  const list = h('ul', { id: 'palette-list', role: 'listbox', 'aria-label': 'Results' });
  const dialog = h('dialog', { class: 'dialog palette', 'aria-label': 'Command palette' }, h('div', { class: 'field' }, icon('search'), field), list);

  function paint() {
    replace(list, choices.map((choice, i) =>
      h('li', { id: 'palette-' + i, role: 'option', 'aria-selected': String(i === chosen), class: i === chosen ? 'chosen' : '', onclick: () => run(choice), onmousemove: () => { if (chosen !== i) { chosen = i; mark(); } } },
        h('span', {}, choice.name), choice.status ? pill(choice.status) : null, choice.hint ? h('kbd', {}, choice.hint) : null)),
    choices.length ? null : h('li', { class: 'hint' }, 'Nothing found'));
    mark();
  }

  function mark() {
    [...list.children].forEach((item, i) => {
      item.classList.toggle('chosen', i === chosen);
      item.setAttribute('aria-selected', String(i === chosen));
    });
    field.setAttribute('aria-activedescendant', 'palette-' + chosen);
    list.children[chosen]?.scrollIntoView({ block: 'nearest' });
  }

  function run(choice) {
    dialog.close();
    choice?.run();
  }

  async function search() {
    const words = field.value.trim();
    const lower = words.toLowerCase();
    choices = commands.filter((command) => command.name.toLowerCase().includes(lower));
    chosen = 0;
    paint();
    asking?.abort();
    if (words.length < 2) return;
    asking = new AbortController();
    try {
      const found = await get('/sessions', { q: words, limit: 8 }, asking.signal);
      choices = [
        ...choices,
        ...found.items.map((session) => ({
          name: head(session.text || session.session_id, 70), status: session.status,
          run: () => { location.hash = '#/sessions/' + id(session.session_id); },
        })),
      ];
      paint();
    } catch {
      // Commands are still there.
    }
  }

  field.addEventListener('input', search);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      chosen = (chosen + (event.key === 'ArrowDown' ? 1 : choices.length - 1)) % Math.max(1, choices.length);
      mark();
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(choices[chosen]);
    }
  });
  dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
  dialog.addEventListener('close', () => { asking?.abort(); dialog.remove(); });
  document.body.append(dialog);
  dialog.showModal();
  search();
  field.focus();
}
