// Copies: a button with `data-copy` copies the text of the element that it names. A place that an
// address names is shown, if it is inside something closed.

document.querySelectorAll('[data-copy]').forEach((copy) => {
  copy.addEventListener('click', () => {
    const from = element(copy.getAttribute('data-copy') || '');
    navigator.clipboard?.writeText(from.textContent || '');
    getSelection()?.selectAllChildren(from);
    element('status').textContent = 'copied';
  });
});
function reveal() {
  const target = document.getElementById(location.hash.slice(1));
  target?.closest('details')?.setAttribute('open', '');
  target?.scrollIntoView({block: 'nearest'});
}

addEventListener('hashchange', reveal);
reveal();
document.documentElement.classList.add('live');
