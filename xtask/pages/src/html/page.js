'use strict';
const main = document.getElementById('main');
const search = document.getElementById('search');
const found = document.getElementById('found');
const none = document.getElementById('none');
const menu = document.getElementById('menu');
const dialog = document.getElementById('object');
const links = [...document.querySelectorAll('nav a')];
let pages = null, objects = null, texts = null, choice = 'all';

async function unpack() {
  const bytes = Uint8Array.from(atob(document.getElementById('packed').textContent), letter => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
  const packed = JSON.parse(await new Response(stream).text());
  pages = packed.pages;
  objects = packed.objects;
}

function here() {
  let address = location.hash.slice(1) || 'start';
  try { address = decodeURIComponent(address); } catch { /* as it stands */ }
  return address;
}

function show() {
  const address = here();
  if (address === 'main') return;
  const page = Object.hasOwn(pages, address) ? pages[address] : pages.start;
  main.innerHTML = page.html;
  document.title = page.title + ' – the platform';
  for (const link of links) {
    if (decodeURIComponent(link.hash.slice(1)) === address) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  apply();
  if (document.activeElement === search) return;
  if (matchMedia('(max-width:700px)').matches) menu.open = false;
  main.focus({ preventScroll: true });
  // After the browser has scrolled to the link that has the address.
  requestAnimationFrame(() => scrollTo(0, 0));
}

// What is only in some environments says so; the rest is in all of them.
function apply() {
  for (const button of document.querySelectorAll('[data-choice]')) {
    button.setAttribute('aria-pressed', String(button.dataset.choice === choice));
  }
  const place = choice.startsWith('in ') ? choice.slice(3) : null;
  for (const part of main.querySelectorAll('[data-in]')) {
    part.hidden = place !== null && !part.dataset.in.split(' ').includes(place);
  }
  for (const row of main.querySelectorAll('tbody tr:not([data-in])')) {
    row.hidden = choice === 'differs' && !row.closest('.differences');
  }
  for (const table of main.querySelectorAll('.table')) {
    table.hidden = choice !== 'all' && !table.querySelector('tbody tr:not([hidden])');
  }
  // A heading without anything below it.
  for (const heading of main.querySelectorAll('h2,h3')) {
    let next = heading.nextElementSibling, shown = choice !== 'differs' || heading.parentElement !== main;
    for (; next && !shown && !/^H[123]$/.test(next.tagName); next = next.nextElementSibling) {
      shown = next.classList.contains('table') ? !next.hidden : next.classList.contains('picture');
    }
    heading.hidden = !shown;
  }
  mark();
}

function matches(text, words) { return words.every(word => text.includes(word)); }

function find() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const place = choice.startsWith('in ') ? choice.slice(3) : null;
  const known = new Set();
  for (const link of links) {
    const row = link.closest('li');
    const is = matches((link.textContent + ' ' + link.title).toLowerCase(), words);
    const there = place === null || !row.dataset.in || row.dataset.in.split(' ').includes(place);
    row.hidden = !is || !there;
    if (is) known.add(decodeURIComponent(link.hash.slice(1)));
  }
  for (const list of document.querySelectorAll('nav ul')) {
    const empty = ![...list.children].some(row => !row.hidden);
    list.hidden = empty;
    if (list.previousElementSibling && list.previousElementSibling.tagName === 'H2') list.previousElementSibling.hidden = empty;
  }
  if (words.length) menu.open = true;
  found.replaceChildren();
  if (words.length && pages) {
    if (!texts) {
      texts = Object.entries(pages).filter(([address]) => !address.startsWith('teams/'))
        .map(([address, page]) => [address, page.title, page.html.replace(/<[^>]*>/g, ' ').toLowerCase()]);
    }
    const more = texts.filter(([address, , text]) => !known.has(address) && matches(text, words)).slice(0, 40);
    if (more.length) {
      const heading = document.createElement('h2');
      heading.textContent = 'In the text of';
      const list = document.createElement('ul');
      for (const [address, title] of more) {
        const row = document.createElement('li'), link = document.createElement('a');
        link.href = '#' + address.split('/').map(encodeURIComponent).join('/');
        link.textContent = title;
        row.append(link);
        list.append(row);
      }
      found.append(heading, list);
    }
    none.hidden = known.size + more.length > 0;
  } else {
    none.hidden = true;
  }
  mark();
}

// Boxes that a search is not about step back.
function mark() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const shape of document.querySelectorAll('.picture [data-id]')) {
    shape.classList.toggle('dim', words.length > 0 && !matches(shape.textContent.toLowerCase(), words));
  }
}

document.addEventListener('click', event => {
  const button = event.target.closest('button');
  if (!button) return;
  if (button.dataset.choice) { choice = button.dataset.choice; apply(); find(); }
  if (button.dataset.object && objects) {
    const object = objects[button.dataset.object];
    document.getElementById('object-name').textContent = object ? object.name : button.dataset.object;
    const lines = document.getElementById('object-lines');
    lines.textContent = object ? [button.dataset.object, ...object.lines].join(' · ') : '';
    if (object && object.url) {
      const link = document.createElement('a');
      link.href = object.url;
      link.rel = 'noreferrer';
      link.textContent = 'the line of Rust';
      lines.append(' · ', link);
    }
    document.getElementById('object-yaml').textContent = object ? object.yaml : '';
    dialog.showModal();
  }
  if (button.id === 'theme') {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme:dark)').matches;
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
  }
});
document.addEventListener('keydown', event => {
  if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(document.activeElement.tagName) && !dialog.open) {
    event.preventDefault();
    menu.open = true;
    search.focus();
  }
  if (event.key === 'Escape' && document.activeElement === search) { search.value = ''; find(); }
  if (event.key === 'Enter' && document.activeElement === search) {
    const shown = [...document.querySelectorAll('nav li:not([hidden]) a')];
    const words = search.value.trim().toLowerCase();
    const rank = link => [text => text === words, text => text.startsWith(words), text => text.includes(words), () => true]
      .findIndex(is => is(link.textContent.toLowerCase()));
    // The one that is called so, before those whose texts speak of it.
    const best = shown.reduce((best, link) => (best && rank(best) <= rank(link) ? best : link), null);
    if (best) {
      search.blur();
      if (location.hash === best.hash) show();
      else location.hash = best.hash;
    }
  }
});
search.addEventListener('input', find);
addEventListener('hashchange', () => { if (pages) show(); });
addEventListener('beforeprint', () => { for (const list of main.querySelectorAll('details')) list.open = true; });
if (matchMedia('(max-width:700px)').matches) menu.open = false;
unpack().then(() => {
  show();
  find();
  document.documentElement.dataset.ready = 'true';
  performance.mark('ready');
}, () => {
  const words = document.createElement('p');
  words.textContent = 'This browser cannot unpack the pages: open this file in one of 2023 or later, or read docs/platform in the repository.';
  main.prepend(words);
});
