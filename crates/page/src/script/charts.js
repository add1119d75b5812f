// The charts over time: requests, latency, queues, and the lab's own counters and gauges.

/** @typedef {{name: string, dash: number[], colour: string, values: Values}} Line */
/** @typedef {{title: string, log: boolean, small: boolean, lines: Line[]}} Panel */

/** Nodes up to which a panel has a line for each. */
const LINES = 4;
const DASHES = [[], [6, 3], [2, 2], [8, 3, 2, 3]];

/** A panel without a logarithmic axis.
 * @param {string} title @param {[string, Values][]} lines @returns {Panel} */
function panel(title, lines) {
  return {title, log: false, small: false, lines: lines.map(([name, values], index) => (
    {name, values, dash: DASHES[index % 4], colour: `kind${index % 5}`}))};
}

/** The panels about requests. @param {OverTime} time @returns {Panel[]} */
function requestPanels(time) {
  const rate = (/** @type {number[]} */ counts) => counts.map((count) => count / time.slice_s);
  const share = time.ok.map((ok, at) => (time.requests[at] ? (ok * 100) / time.requests[at] : null));
  const outcomes = panel('How requests ended, per second of their intended send', [
    ['ok', rate(time.ok)], ['failed', rate(time.failed)],
    ['timed out', rate(time.timed_out)], ['rejected', rate(time.rejected)]]);
  ['good', 'bad', 'bad', 'accent'].forEach((colour, at) => { outcomes.lines[at].colour = colour; });
  const latency = panel('Latency of successful requests, ms, by intended send',
    [['p50', time.p50_ms], ['p99', time.p99_ms]]);
  latency.log = true;
  latency.lines[1].colour = 'bad';
  return [
    outcomes, latency,
    panel('Requests that the load meant to send, and attempts that clients made, per second',
      [['requests', rate(time.requests)], ['attempts', rate(time.attempts)]]),
    panel('Availability, %: ok of the requests', [['ok', share]]),
    panel('Requests in flight: sent or meant to be, and not ended',
      [['mean', time.in_flight.mean], ['max', time.in_flight.max]]),
  ];
}

/** A line for each node; of many nodes their least, mean and greatest value.
 * @param {[string, Values][]} nodes @returns {[string, Values][]} */
function byNode(nodes) {
  if (nodes.length <= LINES) return nodes;
  const at = (/** @type {number} */ slice) => nodes.flatMap(([, values]) => values[slice] ?? []);
  const slices = nodes[0][1].map((_, slice) => at(slice));
  const of = (/** @type {(all: number[]) => number} */ reduce) =>
    slices.map((all) => (all.length ? reduce(all) : null));
  return [
    ['greatest', of((all) => Math.max(...all))],
    ['mean over nodes', of((all) => all.reduce((a, b) => a + b, 0) / all.length)],
    ['least', of((all) => Math.min(...all))],
  ];
}

/** The panels about nodes: queues, gauges and counters. @param {OverTime} time */
function nodePanels(time) {
  const panels = [];
  const queues = Object.entries(time.queues).map(([node, levels]) =>
    /** @type {[string, Values]} */ ([node, levels.max]));
  if (queues.some(([, values]) => values.some((value) => value))) {
    panels.push(panel('Jobs queued before the workers of a node, most in each slice', byNode(queues)));
  }
  for (const [name, nodes] of Object.entries(time.gauges)) {
    panels.push(panel(`${name}, at the end of each slice`, byNode(Object.entries(nodes))));
  }
  for (const [name, values] of Object.entries(time.counters)) {
    if (values.every((value) => value === 0)) continue;
    panels.push({...panel(`${name}, in each slice`, [[name, values]]), small: true});
  }
  return panels;
}

/** The values' place on the y axis. @param {Panel} panel @param {number} top @param {number} bottom */
function scaleOf(panel, top, bottom) {
  let [low, high] = [Infinity, 0];
  for (const {values} of panel.lines) {
    for (const value of values) {
      if (value === null || (panel.log && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (high === 0) high = 1;
  low = panel.log ? Math.min(low, high) : Math.min(low, 0);
  const reach = panel.log ? Math.log(high / low) || 1 : high - low;
  /** @param {number} value */
  const y = (value) => {
    const above = panel.log ? Math.log(Math.max(value, low) / low) : value - low;
    return bottom - (above / reach) * (bottom - top);
  };
  return {low, high, y};
}

/** @param {HTMLCanvasElement} canvas @param {View} view @param {Head} head @param {Panel} panel */
function drawPanel(canvas, view, head, panel) {
  const {context, width, height} = pen(canvas);
  const bottom = height - 18;
  const {low, high, y} = scaleOf(panel, 4, bottom);
  drawBands(context, view, head, width, bottom, false);
  context.fillStyle = token('quiet');
  context.fillText(short(high), 2, 14);
  context.fillText(short(low), 2, bottom);
  drawAxis(context, view, width, bottom);
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, width - LEFT, height);
  context.clip();
  for (const line of panel.lines) drawLine(context, view, head, width, line, y);
  context.restore();
  drawCursor(context, view, width, bottom);
}

/** A line as steps; a slice without a value is a gap.
 * @param {CanvasRenderingContext2D} context @param {View} view @param {Head} head
 * @param {number} width @param {Line} line @param {(value: number) => number} y */
function drawLine(context, view, head, width, line, y) {
  const step = head.over_time.slice_s * 1e9;
  context.strokeStyle = token(line.colour);
  context.setLineDash(line.dash);
  context.lineWidth = 1.5;
  context.beginPath();
  let gap = true;
  const first = Math.max(0, Math.floor(view.from / step));
  const last = Math.min(line.values.length - 1, Math.floor(view.to / step));
  for (let index = first; index <= last; index += 1) {
    const value = line.values[index];
    if (value === null) {
      gap = true;
      continue;
    }
    const left = view.x(index * step, width);
    if (gap) context.moveTo(left, y(value));
    else context.lineTo(left, y(value));
    context.lineTo(view.x(Math.min(head.duration, (index + 1) * step), width), y(value));
    gap = false;
  }
  context.stroke();
}

/** A number as short as its axis needs it. @param {number} value */
function short(value) {
  return Number(value.toPrecision(3)).toLocaleString('en', {maximumSignificantDigits: 3});
}

/** Puts live charts in place of the picture, which remains for print. @param {View} view @param {Head} head */
function startCharts(view, head) {
  const place = element('charts');
  for (const panel of [...requestPanels(head.over_time), ...nodePanels(head.over_time)]) {
    const canvas = /** @type {HTMLCanvasElement} */ (make('canvas', panel.small ? 'chart small' : 'chart'));
    const readings = panel.lines.map(({colour, dash: [first]}) => {
      const stroke = first === undefined ? 'solid' : first > 2 ? 'dashed' : 'dotted';
      return make('span', `reading ${colour} ${stroke}`);
    });
    canvas.setAttribute('aria-hidden', 'true');
    place.append(make('figure', '', make('figcaption', '', panel.title, ...readings), canvas));
    control(canvas, view, () => {});
    view.watch(() => {
      drawPanel(canvas, view, head, panel);
      const slice = Math.floor(view.cursor / 1e9 / head.over_time.slice_s);
      panel.lines.forEach((line, index) => {
        const value = line.values[slice] ?? null;
        const name = panel.lines.length > 1 ? `${line.name} ` : '';
        readings[index].textContent = name + (value === null ? '–' : Number(value.toPrecision(4)));
      });
    }, canvas);
  }
}
