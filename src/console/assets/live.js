// @ts-check
/** What script adds to pages that work without it: parts that are replaced, and rows that arrive. */

document.documentElement.dataset.script = '';

let latest = 0;

/**
 * Replaces one part of the page by its twin in an answer; the last one that was asked for wins.
 * @param {string} url @param {string} part @param {RequestInit} [options]
 */
async function swap(url, part, options) {
  latest += 1;
  const turn = latest;
  const answer = await fetch(url, options).catch(() => undefined);
  const text = await answer?.text();
  if (turn !== latest) return;
  const next = new DOMParser().parseFromString(text ?? '', 'text/html').getElementById(part);
  const now = document.getElementById(part);
  // A form that is sent as it stands shows its own faults; a page that has no such part is a page to go to.
  if (!next || !now) return options ? undefined : location.assign(url);
  now.replaceWith(document.adoptNode(next));
  if (!options) history.replaceState(null, '', url);
  stream(next);
}

document.addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a[data-swap]') : null;
  if (!(link instanceof HTMLAnchorElement) || event.ctrlKey || event.metaKey || event.shiftKey)
    return;
  event.preventDefault();
  swap(link.href, link.dataset.swap ?? '');
});

/** @param {HTMLFormElement} form */
function look(form) {
  const part = form.dataset.live ?? '';
  const data = new URLSearchParams();
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && (value || form.method === 'post')) data.append(name, value);
  if (form.method === 'get') return swap(location.pathname + (data.size ? `?${data}` : ''), part);
  const button = form.querySelector('button[formaction]');
  if (button instanceof HTMLButtonElement)
    swap(button.formAction, part, { method: 'POST', body: data });
}

// What is under way is asked for again, but not under the hands of somebody.
setInterval(() => {
  if (document.querySelector('[data-again]:not(:focus-within)')) swap(location.href, 'main', {});
}, 2000);

let timer = 0;
document.addEventListener('input', (event) => {
  const form = event.target instanceof Element ? event.target.closest('form[data-live]') : null;
  if (!(form instanceof HTMLFormElement)) return;
  clearTimeout(timer);
  timer = setTimeout(look, 150, form);
});
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || form.dataset.live === undefined) return;
  if (form.method !== 'get' && !event.submitter?.hasAttribute('formaction')) return;
  event.preventDefault();
  clearTimeout(timer);
  look(form);
});

/** @type {EventSource | undefined} */
let source;
let lastId = '';

/** Puts rows on top of a table as they come. @param {Element | null} part */
function stream(part) {
  source?.close();
  source = undefined;
  const place = part?.matches('[data-stream]') ? part : part?.querySelector('[data-stream]');
  const rows = place?.querySelector('tbody');
  if (!(place instanceof HTMLElement) || !rows || document.hidden) return;
  const url = new URL(place.dataset.stream ?? '', location.href);
  if (lastId) url.searchParams.set('after', lastId);
  source = new EventSource(url);
  source.onmessage = ({ data, lastEventId }) => {
    lastId = lastEventId;
    if (document.querySelector('[data-pause][aria-pressed="true"]')) return;
    if (document.getElementById(/^<tr id="(\w+)"/.exec(data)?.[1] ?? '')) return;
    rows.insertAdjacentHTML('afterbegin', data);
    rows.firstElementChild?.classList.add('fresh');
    while (rows.children.length > 200) rows.lastElementChild?.remove();
  };
}
// A browser opens six connections to a server: a tab that nobody sees gives its own back.
document.addEventListener('visibilitychange', () => stream(document.body));
stream(document.body);

document.addEventListener('click', ({ target }) => {
  const button = target instanceof Element ? target.closest('[data-pause]') : null;
  button?.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
});
