// The pages of the labs' main failures: what a lesson is about can be seen.

import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openRun, widthOf} from './support.js';

const OLD_LEADER = ['raft/leader-isolated', '--variant', 'stale-read', '--seed', '3'];

/** Moves to a share of the width of a strip, and gives what the strip says there. */
async function readStrip(page, title, share) {
  const strip = page.locator('#strips figure', {has: page.locator('h3', {hasText: title})});
  const box = await strip.locator('canvas').boundingBox();
  await strip.locator('canvas').hover({position: {x: box.width * share, y: 4}});
  await page.waitForFunction((at) => /^[0-9.]+s: /.test(at.textContent),
    await strip.locator('.readings').elementHandle());
  return strip.locator('.readings').textContent();
}

for (const width of [375, 1280]) {
  test(`a violation leaves its expectations readable at ${width} pixels`, async () => {
    const {page, quiet} = await openRun(`violation-${width}`, OLD_LEADER, {viewport: {width, height: 800}});
    assert.ok(await widthOf(page) <= width);
    const cells = await page.$$eval('section[aria-labelledby=expectations] tbody tr:not(.why) td:nth-child(2)',
      (all) => all.map((cell) => cell.getBoundingClientRect().width));
    assert.ok(Math.min(...cells) >= 90, `${cells}`);
    const lines = await page.$eval('section[aria-labelledby=expectations] th:nth-child(3)', (head) => {
      const text = document.createRange();
      text.selectNodeContents(head);
      return text.getClientRects().length;
    });
    assert.equal(lines, 1, 'the head "observed" is one word');
    const shown = await page.$$eval('[data-mark]', (all) => all.map((it) => it.getBoundingClientRect().right));
    assert.ok(Math.max(...shown) <= width, `${shown}`);
    quiet();
  });
}

test('the stale read stands beside the fault that made it, and its answer is the illegal point', async () => {
  const {page, report, quiet} = await openRun('stale', OLD_LEADER);
  const {witness} = report.expectations.find((expectation) => expectation.witness);
  const drawn = await page.$$eval('.witness .operation text', (all) => all.map((it) => it.textContent));
  assert.deepEqual(drawn, witness.operations.map((operation) => operation.what));
  assert.deepEqual(await page.$$eval('.witness .band text', (all) => all.map((it) => it.textContent)), ['cut']);
  const place = await page.$eval('.illegal line', (it) => Number(it.getAttribute('x1')));
  const ends = await page.$$eval('.operation rect', (all) => all.map((it) =>
    Number(it.getAttribute('x')) + Number(it.getAttribute('width'))));
  const last = witness.operations.reduce((a, b) => (b.return_ns > a.return_ns ? b : a));
  assert.ok(Math.abs(ends[witness.operations.indexOf(last)] - place) < 0.01, `${ends} ${place}`);
  quiet();
});

test('what a taller window uncovers is drawn', async () => {
  const {page, quiet} = await openRun('taller', ['raft/calm', '--set', 'duration=10s'],
    {viewport: {width: 1280, height: 600}});
  await page.setViewportSize({width: 1280, height: 3000});
  await page.waitForFunction(() => document.querySelector('#lanes-note').textContent !== '');
  const blank = await page.$$eval('canvas', (all) => all.filter((canvas) => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.every((value) => value === 0);
  }).length);
  assert.equal(blank, 0);
  quiet();
});

test('the queue that never drains is a strip', async () => {
  const {page, quiet} = await openRun('metastable', ['retry-jitter/metastable']);
  const lengths = [];
  for (const share of [0.07, 0.95]) lengths.push(Number((await readStrip(page, 'Queues', share)).match(/s1 (\d+)/)?.[1] ?? 0));
  assert.ok(lengths[0] < 50 && lengths[1] > 300, `${lengths}`);
  quiet();
});
