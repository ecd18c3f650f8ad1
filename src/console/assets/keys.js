// @ts-check
/** The palette, which goes anywhere by name, and the keys that lead to pages. None acts inside a field. */

const palette = document.getElementById('palette');
const field = palette?.querySelector('input');
const list = palette?.querySelector('ul');

/** @param {string} id */
function open(id) {
  const dialog = document.getElementById(id);
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal();
}

function openPalette() {
  open('palette');
  field?.select();
  field?.dispatchEvent(new Event('input'));
}

document.addEventListener('click', (event) => {
  const { target } = event;
  if (target instanceof HTMLDialogElement) target.close();
  if (!(target instanceof Element) || !target.closest('[data-palette]')) return;
  event.preventDefault();
  openPalette();
});

let asked = 0;
field?.addEventListener('input', async () => {
  asked += 1;
  const turn = asked;
  const url = new URL(palette?.dataset.find ?? '', location.href);
  url.searchParams.set('q', field.value);
  const answer = await fetch(url).catch(() => undefined);
  const text = (await answer?.text()) ?? '';
  if (turn !== asked || !list) return;
  const found = new DOMParser().parseFromString(text, 'text/html').querySelectorAll('.found > li');
  list.replaceChildren(...found);
  choose(list.firstElementChild);
});

/** @param {Element | null | undefined} item */
function choose(item) {
  if (!item) return;
  for (const other of list?.children ?? []) other.classList.toggle('here', other === item);
  item.scrollIntoView({ block: 'nearest' });
}

field?.addEventListener('keydown', (event) => {
  const here = list?.querySelector('.here');
  if (event.key === 'ArrowDown') choose(here?.nextElementSibling);
  else if (event.key === 'ArrowUp') choose(here?.previousElementSibling);
  else if (event.key === 'Enter') here?.querySelector('a')?.click();
  // In a search field it would only clear the text.
  else if (event.key === 'Escape') field.closest('dialog')?.close();
  else return;
  event.preventDefault();
});

let isGoing = false;
document.addEventListener('keydown', (event) => {
  const { key, target } = event;
  if (key === 'k' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return openPalette();
  }
  const isBusy = target instanceof Element && target.closest('input, textarea, select, dialog');
  if (isBusy || event.ctrlKey || event.metaKey || event.altKey) return;
  const link = isGoing ? document.querySelector(`.nav a[data-key="${CSS.escape(key)}"]`) : null;
  isGoing = key === 'g';
  if (link instanceof HTMLAnchorElement) return link.click();
  if (key === '?') open('keys');
  const pause = document.querySelector('[data-pause]');
  if (key === 'p' && pause instanceof HTMLElement) pause.click();
  if (key !== '/') return;
  event.preventDefault();
  openPalette();
});

for (const current of document.querySelectorAll('.nav [aria-current], main > .tabs [aria-current]'))
  current.scrollIntoView({ block: 'nearest', inline: 'center' });
