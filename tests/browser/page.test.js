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
  await page.waitForFunction(() => document.querySelector('#detail').getBoundingClientRect().top < innerHeight);
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

/** Sets the scrubber to a share of the span in view, and gives what the page says of that instant. */
async function scrub(page, share) {
  await page.$eval('#scrubber', (scrubber, value) => {
    scrubber.value = String(value);
    scrubber.dispatchEvent(new Event('input'));
  }, share * 1000);
  const at = page.locator('#scrubber');
  await at.scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelector('#ring-note').textContent !== '');
  return page.textContent('#ring-note');
}

test('the cluster at one instant has the roles, the faults and the messages in flight', async () => {
  const {page, report, quiet} = await openRun('instant', ['raft/leader-crash']);
  const [fault] = report.faults;
  await scrub(page, 0.99);
  await page.waitForFunction(() => /no fault; .*\bleader\b/.test(document.querySelector('#ring-note').textContent));
  const end = Number((await page.textContent('#ring-note')).match(/^([0-9.]+)s/)[1]) / 0.99;
  await scrub(page, (fault.from_s + 0.2) / end);
  await page.waitForFunction((name) => document.querySelector('#ring-note').textContent.includes(`faults ${name}`), fault.name);
  const [, down] = (await page.textContent('#ring-note')).match(/(\w+) ✕ crashed/);
  assert.ok(fault.affected_nodes.includes(down), down);
  quiet();
});

for (const reducedMotion of ['no-preference', 'reduce']) {
  test(`play moves the cursor and pause stops it, motion: ${reducedMotion}`, async () => {
    const {page, quiet} = await openRun(`play-${reducedMotion}`, ['raft/calm', '--set', 'duration=5s'], {reducedMotion});
    await page.selectOption('#speed', '0.1');
    await page.locator('#ring').scrollIntoViewIfNeeded();
    await page.evaluate(() => {
      window.pictures = 0;
      new MutationObserver(() => { window.pictures += 1; }).observe(document.querySelector('#ring-note'), {childList: true});
    });
    const began = await page.evaluate(() => performance.now());
    await page.keyboard.press('p');
    await page.waitForFunction(() => parseFloat(document.querySelector('#ring-note').textContent) > 0.12);
    const [pictures, took] = await page.evaluate((from) => [window.pictures, performance.now() - from], began);
    await page.click('#play');
    assert.equal(await page.textContent('#play'), 'play');
    // One picture a second, and the redrawing of everything with it.
    if (reducedMotion === 'reduce') assert.ok(pictures <= 2 * Math.ceil(took / 1000) + 2, `${pictures} in ${took} ms`);
    else assert.ok(pictures > 4, `${pictures}`);
    quiet();
  });
}

test('the largest page opens and moves, and how long that takes is noted', async (t) => {
  const {page, quiet} = await openRun('largest', ['load-balancing/herd']);
  const opened = await page.evaluate(() => performance.now());
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  const frames = await page.evaluate(() => new Promise((done) => {
    const times = [];
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      times.push(now - last);
      last = now;
      const key = times.length % 20 < 10 ? 'ArrowRight' : 'ArrowLeft';
      document.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
      if (times.length < 100) requestAnimationFrame(frame); else done(times.sort((a, b) => a - b));
    };
    requestAnimationFrame(frame);
  }));
  t.diagnostic(`open after ${Math.round(opened)} ms; frames of ${frames[50].toFixed(1)} ms in the median, ${frames[95].toFixed(1)} ms at the 95th percentile`);
  assert.equal(frames.length, 100);
  quiet();
});
