// What the browser tests share: a browser, a folder, and pages whose every word and request is noted.
// They need `netsplit` in NETSPLIT and Chromium in CHROMIUM; tests/browser.rs sets both.

import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before} from 'node:test';
import {chromium} from 'playwright-core';

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'];

export const folder = mkdtempSync(join(tmpdir(), 'netsplit-pages-'));
let browser;

before(async () => {
  browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: FLAGS});
});

after(async () => {
  await browser?.close();
  rmSync(folder, {recursive: true});
});

/** Runs netsplit in the folder and gives its output; any verdict will do. */
export function netsplit(...args) {
  try {
    return execFileSync(process.env.NETSPLIT, args, {cwd: folder, stdio: 'pipe', encoding: 'utf8'});
  } catch (error) {
    assert.ok([1, 3].includes(error.status), error.stderr);
    return error.stdout;
  }
}

/** Opens a page; what it says or asks for is noted. */
export async function open(file, options = {}) {
  const page = await browser.newPage(options);
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  const requests = [];
  page.on('request', (request) => requests.push(request.url()));
  const url = `file://${file}`;
  await page.goto(url);
  await page.waitForSelector('html.live');
  return {page, quiet: () => assert.deepEqual([said, requests], [[], [url]])};
}

/** Runs a scenario and opens its page. */
export async function openRun(name, args, options = {}) {
  const out = join(folder, name);
  netsplit('run', ...args, '--out', out);
  const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
  return {...await open(join(out, 'page.html'), options), report};
}

/** The width that a page needs, in pixels. */
export const widthOf = (page) => page.evaluate(() => document.documentElement.scrollWidth);
