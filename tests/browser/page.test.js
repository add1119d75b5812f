// The page of a run in a real browser: opened from disk, without a network and without a complaint.

import assert from 'node:assert/strict';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {test} from 'node:test';
import {folder, openRun, widthOf} from './support.js';

test('the page opens from disk, asks for nothing and shows the numbers of the report', async () => {
  const {page, report, quiet} = await openRun('calm', ['raft/calm']);
  const cells = await page.$$eval('section[aria-labelledby=phases] tbody tr:first-child td',
    (all) => all.map((cell) => cell.textContent));
  const {attempted, ok, failed, timed_out: late, rejected} = report.requests;
  const {p50, p99, max} = report.latency_ms;
  assert.deepEqual(cells, ['overall', ...[attempted, ok, failed, late, rejected, p50, p99, max].map(String)]);
  const shown = await page.$$eval('section[aria-labelledby=expectations] tbody tr:not(.why)',
    (rows) => rows.map((row) => [...row.children].slice(0, 3).map((cell) => cell.textContent)));
  assert.deepEqual(shown, report.expectations.map((it) => [it.verdict, it.text, it.shown]));
  quiet();
});

test('each phase and operation has its distribution, with the percentiles of the report', async () => {
  const {page, report, quiet} = await openRun('distributions', ['raft/leader-crash']);
  const marks = (latency) => [['p50', 'p50'], ['p90', 'p90'], ['p99', 'p99'], ['p99.9', 'p99_9'], ['max', 'max']]
    .map(([name, field]) => `${name} ${latency[field]} ms${latency.few_samples.includes(field) ? ' (few samples beyond)' : ''}`);
  const all = [...report.phases, ...Object.values(report.operations)].map((it) => it.latency_ms);
  const shown = await page.$$eval('.percentile title', (titles) => titles.map((it) => it.textContent));
  assert.deepEqual(shown, all.flatMap(marks));
  const counts = await page.$$eval('.distributions rect title', (titles) =>
    titles.map((it) => it.textContent.match(/^(\d+) of (\d+): /).slice(1).map(Number)));
  const total = counts.reduce((sum, [count]) => sum + count, 0);
  assert.equal(total, all.reduce((sum, latency) => sum + latency.count, 0));
  quiet();
});

test('a request has a path that adds up, and a message its content', async () => {
  const {page, quiet} = await openRun('path', ['raft/calm']);
  await page.click('[data-request]');
  const [ended, total] = await page.$eval('#detail', (detail) => [
    detail.querySelector('dd:nth-of-type(3)').textContent, detail.querySelector('h4').textContent]);
  assert.equal(total.replace('Critical path: ', ''), ended.replace(/^.*after /, ''));
  await page.keyboard.press('j');
  await page.waitForSelector('#detail pre');
  JSON.parse(await page.textContent('#detail pre'));
  for (const key of ['+', '-', 'ArrowLeft', 'ArrowRight', '0', 'k', 'r', 'e']) await page.keyboard.press(key);
  await page.keyboard.press('?');
  assert.ok(await page.isVisible('#keys'));
  quiet();
});

test('hostile names stay text', async () => {
  const file = join(folder, 'hostile.toml');
  const hostile = "</script><img src=x onerror=alert(1)>";
  const shipped = readFileSync(new URL('../../scenarios/raft/calm.toml', import.meta.url), 'utf8');
  writeFileSync(file, shipped.replace(/^title\s*=.*$/m, `title = "${hostile}"`));
  const {page, quiet} = await openRun('hostile', [file]);
  assert.equal(await page.textContent('header h1 + p'), hostile);
  assert.equal(await page.$('img'), null);
  quiet();
});

test('a narrow screen needs no sideways scrolling', async () => {
  const {page, quiet} = await openRun('narrow', ['raft/calm'], {viewport: {width: 375, height: 800}, colorScheme: 'dark'});
  const wide = await widthOf(page);
  assert.ok(wide <= 375, `${wide} pixels`);
  quiet();
});
