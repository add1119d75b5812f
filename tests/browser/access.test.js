// Pages for everyone: axe finds nothing, print fits, and names from a run stay text.

import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';
import {test} from 'node:test';
import {deflateSync, inflateSync} from 'node:zlib';
import {folder, netsplit, open} from './support.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8');
const HOSTILE = '</script><img src=x onerror=alert(1)>';

/** What axe finds on a page, in both colour schemes and both widths. */
async function findings(file) {
  const found = [];
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [375, 1280]) {
      // The page's policy forbids what is not its own: axe, too.
      const {page} = await open(file, {colorScheme, viewport: {width, height: 900}, bypassCSP: true});
      await page.evaluate(AXE);
      const {violations} = await page.evaluate('axe.run()');
      found.push(...violations.map(({id, nodes}) => `${colorScheme} ${width}: ${id}: ${nodes[0].html.slice(0, 200)}`));
      await page.close();
    }
  }
  return found;
}

test('axe finds nothing on any kind of page', async () => {
  const changes = ['--set', 'duration=10s'];
  netsplit('run', 'raft/leader-isolated', '--variant', 'stale-read', '--seed', '3', '--out', 'violated');
  const said = netsplit('compare', 'queueing/calm', ...changes, '--vary=load.clients.rate=300/s,600/s');
  netsplit('diff', 'raft/leader-isolated', '--seed', '3', '--vary', 'variant=reference,stale-read', '--page', 'diff.html');
  netsplit('verify', 'queueing/calm', 'raft/calm', '--seeds', '3', ...changes, '--page', 'sweep.html');
  const compared = said.match(/Written to (.*)\n/)[1];
  for (const file of ['violated/page.html', `${compared}/page.html`, 'diff.html', 'sweep.html']) {
    assert.deepEqual(await findings(join(folder, file)), [], file);
  }
});

test('a printed run has two pages', async () => {
  netsplit('run', 'raft/leader-crash', '--out', 'printed');
  const {page} = await open(join(folder, 'printed/page.html'));
  const pdf = (await page.pdf({format: 'A4'})).toString('latin1');
  const sheets = pdf.match(/\/Type\s*\/Page\b/g).length;
  assert.ok(sheets <= 2, `${sheets} pages`);
});

/** Gives every name and text of a run's record another value. */
function rename(page, name) {
  const open = 'id="record">';
  const from = page.indexOf(open) + open.length;
  const to = page.indexOf('</script>', from);
  const block = inflateSync(Buffer.from(page.slice(from, to), 'base64'));
  const length = block.readUInt32LE(0);
  const head = JSON.parse(block.subarray(4, 4 + length));
  const each = (values) => values.map((value, index) => (value === '' ? '' : `${name}${index}`));
  for (const host of head.hosts) host.name = name + host.name;
  for (const fault of head.faults) fault.name = name;
  for (const strip of head.strips) {
    Object.assign(strip, {title: name, summary: name, states: each(strip.states)});
    for (const row of strip.rows) row.name = name;
  }
  Object.assign(head, {kinds: each(head.kinds), texts: each(head.texts)});
  head.over_time.counters = {[name]: head.over_time.requests};
  head.over_time.gauges = {[name]: {[name]: head.over_time.p99_ms}};
  const text = Buffer.from(JSON.stringify(head));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(text.length);
  const record = deflateSync(Buffer.concat([size, text, block.subarray(4 + length)]));
  return page.slice(0, from) + record.toString('base64') + page.slice(to);
}

test('hostile names of hosts, kinds, keys, events, faults and strips stay text', async () => {
  netsplit('run', 'raft/leader-crash', '--set', 'duration=10s', '--out', 'renamed');
  const file = join(folder, 'renamed/page.html');
  writeFileSync(file, rename(readFileSync(file, 'utf8'), HOSTILE));
  const {page, quiet} = await open(file);
  await page.click('[data-request]');
  await page.keyboard.press('j');
  await page.waitForSelector('#detail pre');
  await page.waitForFunction(() => document.querySelectorAll('#message-list li').length > 1);
  const shown = await page.textContent('body');
  assert.ok(shown.split(HOSTILE).length > 20, 'the names are shown');
  assert.equal(await page.$('img'), null);
  quiet();
});
