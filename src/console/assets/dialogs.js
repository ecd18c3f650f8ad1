// @ts-check
/** Copy buttons, toasts, menus that close, and links that open as dialogs. */

/** @param {string} text */
function toast(text) {
  const line = document.createElement('p');
  line.className = 'toast';
  line.textContent = text;
  document.getElementById('toasts')?.append(line);
  setTimeout(() => line.remove(), 4000);
}

document.addEventListener('click', async (event) => {
  const target = event.target instanceof Element ? event.target : null;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!menu.contains(target)) menu.removeAttribute('open');
  }
  const copy = target?.closest('button[data-copy]');
  if (copy instanceof HTMLButtonElement) {
    const text = document.getElementById(copy.dataset.copy ?? '')?.textContent ?? copy.value;
    await navigator.clipboard.writeText(text).then(
      () => toast('Copied'),
      () => toast('This browser does not let the page copy. Select the text and copy it.'),
    );
  }
  const link = target?.closest('a[data-dialog]');
  if (link instanceof HTMLAnchorElement && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    openDialog(link.href);
  }
});

/** Shows the card of another page over this one. @param {string} url */
async function openDialog(url) {
  const answer = await fetch(url).catch(() => undefined);
  const text = answer?.ok ? await answer.text() : '';
  const card = new DOMParser().parseFromString(text, 'text/html').querySelector('main .card');
  if (!card) return location.assign(url);
  const dialog = document.createElement('dialog');
  dialog.append(document.adoptNode(card));
  dialog.setAttribute('aria-labelledby', card.querySelector('h1')?.id ?? '');
  dialog.addEventListener('click', (event) => {
    const { target } = event;
    const isWayOut = target instanceof Element && target.closest('[data-close]');
    if (isWayOut) event.preventDefault();
    if (isWayOut || target === dialog) dialog.close();
  });
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

document.addEventListener('keydown', ({ key }) => {
  if (key !== 'Escape') return;
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    menu.removeAttribute('open');
    menu.querySelector('summary')?.focus();
  }
});

// A secret is gone after a minute, and when nobody looks at the tab: the page without it takes its place.
if (document.querySelector('[data-secret]')) {
  const hide = () => {
    for (const secret of document.querySelectorAll('[data-secret]')) secret.replaceWith('hidden');
    location.replace(location.pathname);
  };
  setTimeout(hide, 60_000);
  document.addEventListener('visibilitychange', () => document.hidden && hide());
}
