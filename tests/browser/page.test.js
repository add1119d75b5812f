// The page of a run in a real browser: opened from disk, without a network and without a complaint.
// It needs `netsplit` in NETSPLIT and Chromium in CHROMIUM; tests/browser.rs sets both.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {chromium} from 'playwright-core';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

const folder = mkdtempSync(join(tmpdir(), 'netsplit-page-'));
let browser;

before(async () => {
  browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: FLAGS});
});

after(async () => {
  await browser?.close();
  rmSync(folder, {recursive: true});
});

/** Runs a scenario and opens its page; everything that the page says or asks for is noted. */
async function open(name, args, options = {}) {
  const out = join(folder, name);
  try {
    execFileSync(process.env.NETSPLIT, ['run', ...args, '--out', out], {stdio: 'pipe'});
  } catch (error) {
    assert.equal(error.status, 1, 'a run passes or fails');
  }
  const page = await browser.newPage(options);
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  const url = `file://${out}/page.html`;
  await page.goto(url);
  await page.waitForSelector('html.live');
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  return {page, report, quiet: () => assert.deepEqual([said, requests], [[], [url]])};
}

test('the page opens from disk, asks for nothing and shows the numbers of the report', async () => {
  const {page, report, quiet} = await open('calm', ['raft/calm']);
  const cells = await page.$$eval('section[aria-labelledby=phases] tbody tr:first-child td',
    (all) => all.map((cell) => cell.textContent));
  const {attempted, ok, failed, timed_out: late, rejected} = report.requests;
  const {p50, p99, max} = report.latency_ms;
  assert.deepEqual(cells, ['overall', ...[attempted, ok, failed, late, rejected, p50, p99, max].map(String)]);
  const shown = await page.$$eval('section[aria-labelledby=expectations] tbody tr',
    (rows) => rows.map((row) => [...row.children].slice(0, 3).map((cell) => cell.textContent)));
  assert.deepEqual(shown, report.expectations.map((it) => [it.verdict, it.text, it.shown]));
  quiet();
});

test('a request has a path that adds up, and a message its content', async () => {
  const {page, quiet} = await open('path', ['raft/calm']);
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
  const {page, quiet} = await open('hostile', [file]);
  assert.equal(await page.textContent('header h1 + p'), hostile);
  assert.equal(await page.$('img'), null);
  quiet();
});

test('a narrow screen needs no sideways scrolling', async () => {
  const {page, quiet} = await open('narrow', ['raft/calm'], {viewport: {width: 375, height: 800}, colorScheme: 'dark'});
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 375, `${wide} pixels`);
  quiet();
});
