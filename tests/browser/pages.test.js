// The pages of comparisons, differences and sweeps in a real browser, as page.test.js has the page
// of a run: from disk, without a network and without a complaint.

import assert from 'node:assert/strict';
import {readFileSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {folder, netsplit, open, widthOf} from './support.js';

/** Opens a page on a narrow dark screen: nothing needs sideways scrolling but tables and pictures. */
async function fits(file) {
  const {page, quiet} = await open(file, {viewport: {width: 375, height: 800}, colorScheme: 'dark'});
  const wide = await widthOf(page);
  assert.ok(wide <= 375, `${wide} pixels`);
  quiet();
}

test('a comparison overlays its runs and shows where they differ', async () => {
  const rates = '--vary=load.clients.rate=300/s,600/s,900/s';
  const said = netsplit('compare', 'queueing/calm', '--set', 'duration=20s', rates);
  const out = join(folder, said.match(/Written to (.*)\n/)[1]);
  assert.deepEqual(readdirSync(out).sort(), ['chart.svg', 'page.html']);
  const {page, quiet} = await open(join(out, 'page.html'));
  const headings = await page.$$eval('h2', (all) => all.map((heading) => heading.textContent));
  assert.ok(headings[0].startsWith('Against load.clients.rate'), headings[0]);
  const charts = await page.$$eval('.picture svg', (all) => all.map((svg) => svg.textContent));
  assert.equal(charts.length, 2);
  for (const rate of ['300/s', '600/s', '900/s']) assert.ok(charts[1].includes(rate), charts[1]);
  const rows = await page.$$eval('section[aria-labelledby=differences] > .scroll tbody tr',
    (all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  assert.ok(rows.length > 3);
  for (const cells of rows) assert.ok(new Set(cells).size > 1, `${cells} do not differ`);
  assert.match(await page.textContent('#command'), /^netsplit compare queueing\/calm --seed 1 /);
  quiet();
  await fits(join(out, 'page.html'));
});

test('a difference has a diagram of each run around its line', async () => {
  const args = ['raft/leader-isolated', '--seed', '3', '--vary', 'variant=reference,stale-read'];
  const json = JSON.parse(netsplit('diff', ...args, '--json', '--page', 'diff.html'));
  const {page, quiet} = await open(join(folder, 'diff.html'));
  assert.equal(await page.textContent('h1'), `They part at event ${json.first.event}`);
  const lanes = await page.$$eval('svg.lanes', (all) => all.map((svg) =>
    [...svg.querySelectorAll(':scope > text:not(.tick)')].map((name) => name.textContent)));
  assert.equal(lanes.length, 2);
  assert.deepEqual(lanes[0], lanes[1]);
  const shown = await page.$$eval('section[aria-labelledby=first] code',
    (all) => all.map((event) => event.textContent));
  assert.deepEqual(shown, [json.first.a, json.first.b]);
  const titles = await page.$$eval('svg.lanes g.own title', (all) => all.map((it) => it.textContent));
  assert.ok(titles.length > 0);
  quiet();
  await fits(join(folder, 'diff.html'));
});

test('a run that is compared with itself has no diagram', async () => {
  netsplit('diff', 'raft/calm', 'raft/calm', '--set', 'duration=5s', '--page', 'same.html');
  const {page, quiet} = await open(join(folder, 'same.html'));
  assert.equal(await page.textContent('h1'), 'The same run');
  assert.equal(await page.$('svg.lanes'), null);
  quiet();
});

test('a sweep leads from each seed to its command', async () => {
  const hostile = "</script><img src=x onerror=alert(1)>";
  const shipped = readFileSync(new URL('../../scenarios/raft/calm.toml', import.meta.url), 'utf8');
  writeFileSync(join(folder, 'hostile.toml'), shipped.replace(/^title\s*=.*$/m, `title = "${hostile}"`));
  const args = ['queueing/calm', 'hostile.toml', '--seeds', '6', '--set', 'duration=10s'];
  const json = JSON.parse(netsplit('verify', ...args, '--json', '--page', 'sweep.html'));
  const {page, quiet} = await open(join(folder, 'sweep.html'));
  const cells = await page.$$eval('.grid tbody tr', (rows) => rows.map((row) =>
    [...row.querySelectorAll('.cells a')].map((cell) => cell.getAttribute('aria-label'))));
  assert.deepEqual(cells, json.scenarios.map((scenario) =>
    scenario.runs.map((run) => `seed ${run.seed}: ${run.verdict}`)));
  await page.focus('.cells a:nth-child(3)');
  await page.keyboard.press('Enter');
  await page.waitForSelector('details[open] #command-1-3');
  assert.ok(await page.isVisible('#command-1-3'));
  assert.equal(await page.textContent('#command-1-3'),
    `netsplit run ${json.scenarios[0].scenario} --seed 3 --set duration=10s`);
  assert.ok((await page.textContent('main')).includes(hostile));
  assert.equal(await page.$('img'), null);
  quiet();
  await fits(join(folder, 'sweep.html'));
});
