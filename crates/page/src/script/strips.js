// The lab's own strips: rows of states, or of levels against a limit.

/** Heights of a row of states, and of a row of levels. */
const [STATE_ROW, LEVEL_ROW] = [22, 34];
const HUES = 6;

/** The highest level of a strip, its limit included. @param {Strip} strip */
function highest(strip) {
  let most = strip.limit ?? 1;
  for (const {levels} of strip.rows) for (const level of levels) most = Math.max(most, level);
  return most;
}

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Strip} strip
 * @param {number} row @param {number} y @param {number} width */
function drawSpans(context, view, strip, row, y, width) {
  const {spans} = strip.rows[row];
  let low = 0;
  for (let high = spans.length; low < high;) {
    const middle = (low + high) >> 1;
    if (spans[middle][1] < view.from) low = middle + 1;
    else high = middle;
  }
  let drawn = -1;
  for (let index = low; index < spans.length && spans[index][0] <= view.to; index += 1) {
    const [from, to, state] = spans[index];
    const [left, right] = [Math.max(LEFT, view.x(from, width)), Math.min(width, view.x(to, width))];
    if (right < drawn + 0.5) continue;
    drawn = Math.max(left + 1, right);
    context.fillStyle = token(`hue${state % HUES}`);
    context.fillRect(left, y + 2, Math.max(1, right - left), STATE_ROW - 4);
    context.fillStyle = token('ink');
    if (strip.states[state].includes(' | ')) hatch(context, left, right, y + STATE_ROW / 2, 9);
    if (right - left > 12) write(context, strip.states[state], left, right, y + STATE_ROW - 7);
  }
}

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Strip} strip
 * @param {number} row @param {number} y @param {number} width @param {number} most */
function drawLevels(context, view, strip, row, y, width, most) {
  const {levels} = strip.rows[row];
  const {slice, limit} = strip;
  const tall = LEVEL_ROW - 4;
  const last = Math.min(levels.length - 1, Math.floor(view.to / slice));
  for (let index = Math.max(0, Math.floor(view.from / slice)); index <= last; index += 1) {
    if (!levels[index]) continue;
    const left = view.x(index * slice, width);
    const height = (levels[index] / most) * tall;
    context.fillStyle = token(limit !== null && levels[index] > limit ? 'bad' : 'accent');
    context.fillRect(left, y + LEVEL_ROW - 2 - height, view.x((index + 1) * slice, width) - left + 0.3, height);
  }
  context.fillStyle = token('line');
  context.fillRect(LEFT, y + LEVEL_ROW - 2, width - LEFT, 1);
  if (limit === null) return;
  context.fillStyle = token('ink');
  const at = y + LEVEL_ROW - 2 - (limit / most) * tall;
  for (let x = LEFT; x < width; x += 8) context.fillRect(x, at, 4, 1);
}

/** What a row shows at an instant, in words. @param {Strip} strip @param {number} row @param {number} at */
function stripAt(strip, row, at) {
  const {spans, levels} = strip.rows[row];
  if (levels.length) return String(levels[Math.floor(at / strip.slice)] ?? '');
  const span = spans.find(([from, to]) => from <= at && at < to);
  return span ? strip.states[span[2]] : '';
}

/** @param {HTMLCanvasElement} canvas @param {View} view @param {Head} head @param {Strip} strip
 * @param {number} most */
function drawStrip(canvas, view, head, strip, most) {
  const {context, width, height} = pen(canvas);
  const tall = strip.slice ? LEVEL_ROW : STATE_ROW;
  drawBands(context, view, head, width, height - 18, false);
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, width - LEFT, height);
  context.clip();
  strip.rows.forEach((_, row) => {
    if (strip.slice) drawLevels(context, view, strip, row, row * tall, width, most);
    else drawSpans(context, view, strip, row, row * tall, width);
  });
  drawCursor(context, view, width, height - 18);
  context.restore();
  context.fillStyle = token('ink');
  strip.rows.forEach(({name}, row) =>
    context.fillText(name, 4, row * tall + tall / 2 + 4, LEFT - 8));
  drawAxis(context, view, width, height - 18);
}

/** What is left out of a strip, in words. @param {Strip} strip */
function leftOut({left_out: [rows, spans]}) {
  const words = [];
  if (rows) words.push(`${rows} more rows with fewer events are not drawn`);
  if (spans) words.push(`${spans} further states are not drawn`);
  return words.length ? ` (${words.join(', ')})` : '';
}

/** @param {View} view @param {Head} head */
function startStrips(view, head) {
  for (const strip of head.strips) {
    const most = highest(strip);
    const canvas = /** @type {HTMLCanvasElement} */ (make('canvas', 'strip'));
    const tall = strip.slice ? LEVEL_ROW : STATE_ROW;
    canvas.style.height = `${strip.rows.length * tall + 18}px`;
    canvas.setAttribute('aria-hidden', 'true');
    const scale = strip.slice
      ? ` Full height: ${short(most)}${strip.limit === null ? '' : `; the dashed line: the limit, ${short(strip.limit)}`}.`
      : '';
    const reading = make('p', 'readings');
    element('strips').append(make('figure', '',
      make('figcaption', '', make('h3', '', strip.title), `${strip.summary}.${scale}${leftOut(strip)}`),
      canvas, reading));
    control(canvas, view, () => {});
    view.watch(() => {
      drawStrip(canvas, view, head, strip, most);
      const told = strip.rows.map(({name}, row) => [name, stripAt(strip, row, view.cursor)]);
      const shown = told.filter(([, what]) => what !== '' && what !== '0');
      reading.textContent = view.cursor < 0 ? 'Move over the strip to read it.'
        : `${seconds(view.cursor, 3)}: ${shown.map((pair) => pair.join(' ')).join(', ') || 'nothing'}`;
    }, canvas);
  }
}
