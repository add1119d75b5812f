// The page: decodes the record and puts live views in place of what is drawn already.

/** @param {View} view @param {Model} model */
function startOverview(view, model) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('overview'));
  const {head} = model;
  const whole = new View(head.end);
  const {failed, timed_out: late, rejected, slice_s: slice} = head.over_time;
  const errors = failed.map((count, index) => count + late[index] + rejected[index]);
  const [step, most] = [slice * 1e9, Math.max(1, ...errors)];
  const draw = () => {
    const {context, width, height} = pen(canvas);
    drawBands(context, whole, head, width, height - 18, true);
    errors.forEach((bad, index) => {
      const left = whole.x(index * step, width);
      const wide = Math.max(1, whole.x((index + 1) * step, width) - left - 1);
      context.fillStyle = token(bad ? 'bad' : 'good');
      const tall = bad ? 4 + (bad / most) * (height - 28) : 2;
      context.fillRect(left, height - 18 - tall, wide, tall);
    });
    const [left, right] = [whole.x(view.from, width), whole.x(view.to, width)];
    context.strokeStyle = token('ink');
    context.lineWidth = 1.5;
    context.strokeRect(left, 1, Math.max(3, right - left - 1), height - 19);
    drawAxis(context, whole, width, height - 18);
    drawCursor(context, whole, width, height - 18);
  };
  control(canvas, whole, (x) => {
    const half = (view.to - view.from) / 2;
    const at = whole.time(x, canvas.getBoundingClientRect().width);
    view.show(at - half, at + half);
  });
  view.watch(draw, canvas);
}

/** The messages in view as a list, for screen readers and the keyboard.
 * @param {Lanes} lanes @param {(row: number) => void} select */
function listMessages(lanes, select) {
  const rows = lanes.visible();
  const shown = rows.slice(0, 100);
  const {message} = lanes.model;
  element('message-list').replaceChildren(
    make('li', '', `${rows.length} messages in view, the first ${shown.length}:`),
    ...shown.map((row) => make('li', '', button(
      `${seconds(message.at[row])} ${lanes.model.describe(row)}: ${lanes.model.fared(row)}`,
      () => select(row)))));
}

async function start() {
  const model = new Model(await decodeRecord());
  const {head} = model;
  const view = new View(head.end);
  const filter = new Filter(model, () => view.changed());
  const canvas = /** @type {HTMLCanvasElement} */ (element('lanes'));
  const states = new States(model);
  const lanes = new Lanes(canvas, view, model, filter, states);
  /** @param {number} row */
  const select = (row) => {
    lanes.selected = row;
    detail.message(row);
    if (model.message.at[row] < view.from || model.message.at[row] > view.to) {
      view.focus(model.message.at[row], model.lastEnd(row));
    }
    element('status').textContent = `${model.describe(row)}, ${model.fared(row)}`;
    view.changed();
  };
  const detail = new Detail(model, view, select);
  /** @param {number} row */
  const open = (row) => {
    detail.request(row);
    const from = model.request.intended[row];
    view.focus(from, from + model.request.latency[row]);
    element('status').textContent = `request ${model.request.id[row]}`;
  };
  startOverview(view, model);
  startStrips(view, head);
  startCharts(view, head);
  const play = startRing(view, model, states);
  control(canvas, view, (x, y) => {
    const row = lanes.nearest(x, y);
    const request = row < 0 ? lanes.requestAt(x, y) : -1;
    if (row >= 0) select(row);
    else if (request >= 0) open(request);
  });
  let listing = 0;
  view.watch(() => {
    lanes.draw();
    clearTimeout(listing);
    listing = setTimeout(() => listMessages(lanes, select), 300);
  }, canvas);

  const failed = head.expectations.map((mark, index) => ({mark, index})).filter(({mark}) => mark.failed);
  document.querySelectorAll('[data-mark]').forEach((link) => {
    const mark = head.expectations[Number(link.getAttribute('data-mark'))];
    link.addEventListener('click', () => {
      view.focus(mark.from, mark.to);
      element(mark.operations.length ? 'messages' : 'over-time').scrollIntoView();
    });
  });
  document.querySelectorAll('[data-request]').forEach((link) => {
    const row = model.requestOf.get(Number(link.getAttribute('data-request')));
    link.addEventListener('click', () => {
      if (row === undefined) return;
      open(row);
      element('messages').scrollIntoView();
    });
  });
  document.querySelectorAll('[data-copy]').forEach((copy) => {
    copy.addEventListener('click', () => {
      const from = element(copy.getAttribute('data-copy') || '');
      navigator.clipboard?.writeText(from.textContent || '');
      getSelection()?.selectAllChildren(from);
      element('status').textContent = 'copied';
    });
  });
  const slow = [...document.querySelectorAll('[data-request]')]
    .map((link) => model.requestOf.get(Number(link.getAttribute('data-request'))))
    .filter((row) => row !== undefined);
  let [nextSlow, nextFailed] = [0, 0];
  const step = (/** @type {number} */ by) => {
    const rows = lanes.visible();
    if (rows.length === 0) return;
    const at = rows.indexOf(lanes.selected);
    select(rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]);
  };
  startKeys({
    ArrowLeft: () => view.pan(-0.2),
    ArrowRight: () => view.pan(0.2),
    '+': () => view.zoom(0.5),
    '=': () => view.zoom(0.5),
    '-': () => view.zoom(2),
    0: () => view.show(0, view.end),
    j: () => step(1),
    k: () => step(-1),
    r: () => slow.length > 0 && open(slow[nextSlow++ % slow.length]),
    e: () => {
      if (failed.length === 0) return;
      const {mark} = failed[nextFailed++ % failed.length];
      view.focus(mark.from, mark.to);
    },
    p: play,
    '/': () => filter.text.focus(),
  });
  document.addEventListener('scroll', () => view.refresh(), {passive: true});
  addEventListener('resize', () => view.changed());
  new ResizeObserver(() => view.changed()).observe(document.body);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    colours.clear();
    view.changed();
  });
  document.documentElement.classList.add('live');
  view.changed();
}

start().catch((error) => {
  element('status').textContent = `the diagram cannot be drawn: ${error.message}`;
  element('lanes-note').textContent = `The diagram cannot be drawn: ${error.message}`;
});
