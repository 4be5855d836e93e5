import { h, icon, replace } from './dom.js';
import { get, id, post } from './api.js';
import { calmly, watch } from './live.js';
import { ago, dollars, duration, exact, head, moment, pill, pretty } from './format.js';
import { diff } from './diff.js';
import { quoted, recordLink } from './links.js';
import { copy, empty, failure, loading, say } from './notice.js';

export function approvalsPage({ me, query, main, go }) {
  const status = query.get('status') || 'open';
  const session = query.get('session') || '';
  let items = [];
  let chosen = -1;
  let wanted = query.get('call');
  let next;
  let shown = '';
  let busy = false;
  const may = me.rights.includes('decide');
  const list = h('div', { class: 'inbox', role: 'listbox', 'aria-label': 'Requests', tabindex: '0' });
  const panel = h('section', { class: 'request', 'aria-label': 'The request' });
  const tabs = h('nav', { class: 'tabs', 'aria-label': 'Which requests' }, [['open', 'Open'], ['approved', 'Approved'], ['edited', 'Edited'], ['rejected', 'Rejected'], ['answered', 'Answered'], ['expired', 'Expired']].map(([name, word]) => h('a', { href: '#/approvals?status=' + name, 'aria-current': name === status ? 'page' : null }, word)));
  replace(main,
    h('div', { class: 'head' }, h('h1', {}, 'Approvals'), session ? h('span', { class: 'hint' }, 'of session ', h('span', { class: 'mono' }, session), ' ', h('a', { href: '#/approvals' }, 'show all')) : null),
    tabs, h('div', { class: 'split' }, list, panel));
  replace(list, loading());

  function left(request) {
    return new Date(request.expires_at).getTime() - Date.now();
  }

  function countdown(request) {
    const ms = left(request);
    return h('span', { class: 'countdown' + (ms < 120_000 ? ' soon' : ''), title: 'expires ' + request.expires_at, 'data-expires': request.expires_at }, ms > 0 ? duration(ms) + ' left' : 'expired');
  }

  function risk(request) {
    const r = request.risk;
    return r.destructive ? h('span', { class: 'tag bad' }, 'destructive') : r.read_only ? h('span', { class: 'tag good' }, 'read only') : h('span', { class: 'tag' }, r.idempotent ? 'changes, repeatable' : 'changes something');
  }

  function paint() {
    replace(list, items.map((request, i) =>
      h('div', { class: 'item' + (i === chosen ? ' chosen' : ''), role: 'option', id: 'request-' + i, 'aria-selected': String(i === chosen), onclick: () => choose(i) },
        h('div', { class: 'line' }, h('strong', {}, request.tool), request.kind === 'question' ? h('span', { class: 'tag' }, 'question') : risk(request), status === 'open' ? countdown(request) : pill(request.status)),
        h('div', { class: 'sub' }, head(request.kind === 'question' ? request.question : request.arguments, 90)),
        h('div', { class: 'sub' }, request.agent + ' · ' + request.tenant + ' · ' + ago(request.requested_at)))),
    next ? h('button', { type: 'button', onclick: older }, 'Show more') : null);
    list.setAttribute('aria-activedescendant', chosen >= 0 ? 'request-' + chosen : '');
    if (!items.length) {
      replace(list, status === 'open' ? empty('Nothing waits for a person', 'Calls that an approval rule holds back appear here as they come.') : empty('None ' + status));
      replace(panel);
      shown = '';
    }
  }

  function choose(i) {
    chosen = i;
    paint();
    list.children[i]?.scrollIntoView({ block: 'nearest' });
    describe(items[i]);
    history.replaceState(null, '', '#/approvals?status=' + status + (session ? '&session=' + id(session) : '') + '&call=' + id(items[i].call_id));
  }

  function describe(request) {
    if (shown === request.call_id + request.status + JSON.stringify(request.decision)) return;
    shown = request.call_id + request.status + JSON.stringify(request.decision);
    const fact = (name, ...value) => h('div', { class: 'fact' }, h('dt', {}, name), h('dd', {}, value));
    const question = request.kind === 'question';
    const self = !me.self_approval && request.submitted_by === me.name;
    const open = request.status === 'open';
    const decision = request.decision;
    replace(panel,
      h('header', {}, h('h2', {}, question ? 'A question' : request.tool), question ? null : risk(request), pill(request.status), open ? countdown(request) : null),
      question ? h('p', { class: 'ask' }, request.question) : request.tool_description ? h('p', { class: 'hint' }, request.tool_description) : null,
      h('h3', {}, 'Arguments'),
      decision?.arguments ? diff(pretty(request.arguments), pretty(decision.arguments)) : h('pre', { class: 'arguments' }, pretty(request.arguments)),
      h('dl', { class: 'facts' },
        fact('Session', h('a', { href: '#/sessions/' + id(request.session_id) + '?step=' + id(request.call_id), class: 'mono' }, request.session_id)),
        fact('Agent', request.agent), fact('Tenant', request.tenant), request.subject ? fact('Subject', request.subject) : null,
        fact('Submitted by', request.submitted_by || '–'), fact('Spent so far', h('span', { title: exact(request.spent) }, dollars(request.spent))),
        fact('Rule', request.rule), fact('Asked', moment(request.requested_at)), fact('Expires', moment(request.expires_at))),
      request.task_text ? [h('h3', {}, 'The task'), h('p', { class: 'text' }, request.task_text)] : null,
      decision ? h('section', { class: 'decision' }, h('h3', {}, 'Decision'), h('p', {}, h('strong', {}, decision.decided_by), ' ', request.status, ' ', ago(decision.decided_at), decision.signed ? ', signed' : '', decision.text ? h('span', { class: 'text' }, ': ' + decision.text) : null), h('p', { class: 'hint' }, decision.applied || request.status === 'rejected' || request.status === 'answered' ? '' : 'The planner has not sent the call yet. ', 'Record ', recordLink(decision.position))) : null,
      open && may ? (self ? h('p', { class: 'error' }, 'You submitted this task: somebody else must decide on its calls.') : h('div', { class: 'buttons decide' },
        question ? h('button', { type: 'button', class: 'primary', onclick: answer }, 'Answer ', h('kbd', {}, 'a')) : h('button', { type: 'button', class: 'primary', onclick: approve }, 'Approve ', h('kbd', {}, 'a')),
        h('button', { type: 'button', class: 'danger', onclick: reject }, 'Reject ', h('kbd', {}, 'r')),
        question ? null : h('button', { type: 'button', onclick: edit }, 'Edit arguments ', h('kbd', {}, 'e')),
        h('button', { type: 'button', class: 'plain', title: 'Copy as a command', onclick: () => copy('weir ' + (question ? 'answer ' : 'approve ') + quoted(request.call_id) + (question ? " '…'" : ''), 'Command') }, icon('copy'), 'CLI'))) : null,
      open && !may ? h('p', { class: 'hint' }, 'Your token may look, not decide: ask for one with the role approver.') : null,
      h('p', { class: 'hint' }, 'Record ', recordLink(request.position), ' · arguments hash ', h('span', { class: 'mono' }, request.arguments_hash.slice(0, 16) + '…')));
  }

  function ask(title, fields, button, tone, body) {
    const request = items[chosen];
    if (!request || busy || !may || request.status !== 'open' || document.querySelector('dialog[open]')) return;
    const error = h('p', { class: 'error', role: 'alert' });
    const submit = h('button', { type: 'submit', class: tone }, button);
    const dialog = h('dialog', { class: 'dialog decide', 'aria-label': title },
      h('form', {
        onsubmit: async (event) => {
          event.preventDefault();
          if (busy) return;
          busy = true;
          submit.disabled = true;
          try {
            await post('/approvals/' + id(request.call_id) + '/decision', { ...body(), arguments_hash: request.arguments_hash });
            dialog.close();
            say(title + ' sent for ' + request.tool, 'good');
            items = items.filter((one) => one !== request);
            shown = '';
            chosen = -1;
            if (items.length) choose(0);
            else paint();
            list.focus();
            setTimeout(load, 600);
          } catch (e) {
            replace(error, e.message);
          } finally {
            busy = false;
            submit.disabled = false;
          }
        },
      }, h('h2', {}, title), fields(request), error,
      h('div', { class: 'buttons' }, h('button', { type: 'button', class: 'plain', onclick: () => dialog.close() }, 'Back'), submit)));
    dialog.addEventListener('close', () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
    (dialog.querySelector('textarea, input') || submit).focus();
  }

  const approve = () => ask('Approve', (request) => [h('p', {}, 'Let ', h('strong', {}, request.tool), ' run with these arguments?'), h('pre', {}, pretty(request.arguments))], 'Approve', 'primary', () => ({ verdict: 'approve' }));

  function reject() {
    const reason = h('textarea', { id: 'reason', rows: '3', maxlength: '4000' });
    ask('Reject', () => [h('label', { for: 'reason' }, 'Reason, which the model is told'), reason], 'Reject', 'danger', () => ({ verdict: 'reject', text: reason.value }));
  }

  function answer() {
    const text = h('textarea', { id: 'answer', rows: '4', maxlength: '4000' });
    ask('Answer', (request) => [h('p', { class: 'ask' }, request.question), h('label', { for: 'answer' }, 'Answer'), text], 'Answer', 'primary', () => ({ verdict: 'answer', text: text.value }));
  }

  function edit() {
    const request = items[chosen];
    if (!request || request.kind === 'question') return;
    const before = pretty(request.arguments);
    const text = h('textarea', { id: 'arguments', rows: '10', class: 'mono', spellcheck: 'false' });
    text.value = before;
    const changes = h('div', {});
    const look = () => {
      try {
        const value = JSON.parse(text.value);
        text.setCustomValidity(value !== null && typeof value === 'object' && !Array.isArray(value) ? '' : 'A JSON object is expected');
        replace(changes, text.validationMessage ? h('p', { class: 'error' }, text.validationMessage) : diff(before, JSON.stringify(value, null, 2)));
      } catch (e) {
        text.setCustomValidity('This is no JSON');
        replace(changes, h('p', { class: 'error' }, e.message));
      }
    };
    text.addEventListener('input', look);
    ask('Approve with other arguments', () => [h('label', { for: 'arguments' }, 'Arguments'), text, h('h3', {}, 'Changes'), changes], 'Approve changed', 'primary', () => ({ verdict: 'edit', arguments: text.value }));
    look();
  }

  async function load() {
    try {
      const page = await get('/approvals', { status, session_id: session, limit: 50 });
      const keep = wanted || items[chosen]?.call_id;
      items = page.items;
      next = page.next;
      if (wanted && !items.some((one) => one.call_id === wanted)) {
        try {
          items = [await get('/approvals/' + id(wanted)), ...items];
        } catch {
          // It is not there; the list is.
        }
      }
      wanted = undefined;
      chosen = items.findIndex((one) => one.call_id === keep);
      if (chosen < 0 && items.length) chosen = 0;
      paint();
      if (chosen >= 0) describe(items[chosen]);
    } catch (e) {
      if (!items.length) replace(list, failure(e, load));
      else say(e.message, 'bad');
    }
  }

  async function older() {
    const page = await get('/approvals', { status, session_id: session, limit: 50, cursor: next });
    items = [...items, ...page.items];
    next = page.next;
    paint();
  }

  function keys(event) {
    if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || document.querySelector('dialog[open]') || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (step && items.length) {
      event.preventDefault();
      choose(Math.max(0, Math.min(items.length - 1, chosen + step)));
    } else if (event.key === 'a' && items[chosen]) {
      event.preventDefault();
      (items[chosen].kind === 'question' ? answer : approve)();
    } else if (event.key === 'r' && items[chosen]) {
      event.preventDefault();
      reject();
    } else if (event.key === 'e' && items[chosen]) {
      event.preventDefault();
      edit();
    } else if (event.key === 'Enter' && items[chosen] && event.target === list) {
      go('/sessions/' + id(items[chosen].session_id));
    }
  }

  const ticking = setInterval(() => {
    document.querySelectorAll('.countdown[data-expires]').forEach((element) => {
      const ms = new Date(element.dataset.expires).getTime() - Date.now();
      element.textContent = ms > 0 ? duration(ms) + ' left' : 'expired';
      element.classList.toggle('soon', ms < 120_000);
    });
  }, 1_000);
  load();
  const calm = calmly(700, load);
  const unwatch = watch((kind) => { if (['approval_request', 'approval_decision', 'event', 'missed'].includes(kind)) calm(); });
  document.addEventListener('keydown', keys);
  return () => {
    unwatch();
    calm.stop();
    clearInterval(ticking);
    document.removeEventListener('keydown', keys);
  };
}
