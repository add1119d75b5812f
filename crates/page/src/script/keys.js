// Keys: everything that the pointer can do.

/** @type {[string, string][]} */
const KEYS = [
  ['← →', 'earlier, later'],
  ['+ −', 'zoom in, out'],
  ['0', 'the whole run'],
  ['j k', 'next, previous message in view'],
  ['r', 'next slow or failed request'],
  ['e', 'next failed expectation'],
  ['p', 'play, pause the cluster at the cursor'],
  ['/', 'filter by text'],
  ['?', 'this list'],
  ['Esc', 'close'],
];

/** @param {{[key: string]: () => void}} acts */
function startKeys(acts) {
  const help = /** @type {HTMLDialogElement} */ (element('keys'));
  const list = make('dl', '');
  for (const [key, what] of KEYS) list.append(make('dt', '', key), make('dd', '', what));
  help.append(list);
  /** @type {{[key: string]: () => void}} */
  const all = {...acts, '?': () => help.showModal()};
  element('show-keys').addEventListener('click', () => help.showModal());
  document.addEventListener('keydown', (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = ['INPUT', 'SELECT', 'TEXTAREA'].includes(target.tagName);
    if (event.key === 'Escape' && typing) target.blur();
    if (typing || event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const act = all[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
