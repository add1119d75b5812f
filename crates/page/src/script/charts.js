// The charts over time: requests, latency, and the lab's own counters and gauges.

/** @typedef {{name: string, dash: number[], colour: string, values: (number|null)[]}} Line */
/** @typedef {{title: string, log: boolean, lines: Line[]}} Panel */

/** @param {Chart} chart @returns {Panel[]} */
function panelsOf(chart) {
  const rate = 1e9 / chart.step;
  /** @param {'ok'|'failed'|'timed_out'|'rejected'} status */
  const count = (status) => chart.counts.map((counts) => counts[status] * rate);
  const millis = (/** @type {(number|null)[]} */ values) =>
    values.map((value) => (value === null ? null : value / 1e6));
  const panels = [
    {title: 'Requests per second, by intended send time', log: false, lines: [
      {name: 'ok', dash: [], colour: 'good', values: count('ok')},
      {name: 'failed', dash: [6, 3], colour: 'bad', values: count('failed')},
      {name: 'timed out', dash: [2, 2], colour: 'bad', values: count('timed_out')},
      {name: 'rejected', dash: [8, 3, 2, 3], colour: 'accent', values: count('rejected')},
    ]},
    {title: 'Latency of successful requests, ms', log: true, lines: [
      {name: 'p50', dash: [], colour: 'accent', values: millis(chart.p50)},
      {name: 'p99', dash: [6, 3], colour: 'bad', values: millis(chart.p99)},
    ]},
  ];
  for (const {name, gauge, values} of chart.series) {
    const title = gauge ? `${name}, last value of each step` : `${name}, sum in each step`;
    panels.push({title, log: false, lines: [{name, dash: [], colour: 'accent', values}]});
  }
  return panels;
}

/** @param {HTMLCanvasElement} canvas @param {View} view @param {Head} head @param {Panel} panel */
function drawPanel(canvas, view, head, panel) {
  const {context, width, height} = pen(canvas);
  const [top, bottom] = [4, height - 18];
  drawBands(context, view, head, width, bottom, false);
  const all = panel.lines.flatMap((line) => line.values.filter((value) => value !== null));
  const high = Math.max(panel.log ? 1e-6 : 0, ...all) || 1;
  const low = panel.log ? Math.min(high, ...all.filter((value) => value > 0)) : 0;
  /** @param {number} value */
  const y = (value) => {
    const share = panel.log
      ? Math.log(Math.max(value, low) / low) / (Math.log(high / low) || 1)
      : value / high;
    return bottom - share * (bottom - top);
  };
  context.fillStyle = token('quiet');
  context.fillText(high.toPrecision(3), 2, top + 10);
  context.fillText(low.toPrecision(panel.log ? 3 : 1), 2, bottom);
  drawAxis(context, view, width, bottom);
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, width - LEFT, height);
  context.clip();
  for (const line of panel.lines) {
    context.strokeStyle = token(line.colour);
    context.setLineDash(line.dash);
    context.lineWidth = 1.5;
    context.beginPath();
    let gap = true;
    line.values.forEach((value, index) => {
      if (value === null) {
        gap = true;
        return;
      }
      const left = view.x(index * head.chart.step, width);
      if (gap) context.moveTo(left, y(value));
      else context.lineTo(left, y(value));
      context.lineTo(view.x((index + 1) * head.chart.step, width), y(value));
      gap = false;
    });
    context.stroke();
  }
  context.restore();
  drawCursor(context, view, width, bottom);
}

/** Puts live charts in place of the pictures. @param {View} view @param {Head} head */
function startCharts(view, head) {
  const place = element('charts');
  place.replaceChildren();
  for (const panel of panelsOf(head.chart)) {
    const canvas = /** @type {HTMLCanvasElement} */ (make('canvas', 'chart'));
    const readings = panel.lines.map(({colour, dash: [first]}) => {
      const stroke = first === undefined ? 'solid' : first > 2 ? 'dashed' : 'dotted';
      return make('span', `reading ${colour} ${stroke}`);
    });
    canvas.setAttribute('aria-hidden', 'true');
    place.append(make('figure', '', make('figcaption', '', panel.title, ...readings), canvas));
    control(canvas, view, () => {});
    view.watch(() => {
      drawPanel(canvas, view, head, panel);
      const column = Math.floor(view.cursor / head.chart.step);
      panel.lines.forEach((line, index) => {
        const value = line.values[column] ?? null;
        const name = panel.lines.length > 1 ? `${line.name} ` : '';
        readings[index].textContent = name + (value === null ? '–' : value.toPrecision(4));
      });
    });
  }
}
