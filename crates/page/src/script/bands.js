// Faults as named bands behind everything that has a time axis, and the axis itself.

/** @param {CanvasRenderingContext2D} context @param {View} view @param {Head} head
 * @param {number} width @param {number} height @param {boolean} named */
function drawBands(context, view, head, width, height, named) {
  context.save();
  context.beginPath();
  context.rect(LEFT, 0, width - LEFT, height);
  context.clip();
  context.fillStyle = token('warmup');
  context.fillRect(view.x(0, width), 0, view.x(head.warmup, width) - view.x(0, width), height);
  head.faults.forEach((fault, index) => {
    for (const [from, to] of fault.spans) {
      const [left, right] = [view.x(from, width), view.x(to, width)];
      if (right < LEFT || left > width) continue;
      context.fillStyle = token('band');
      context.fillRect(left, 0, Math.max(1, right - left), height);
      context.fillStyle = token('edge');
      context.fillRect(left, 0, 1, height);
      context.fillRect(right, 0, 1, height);
      if (named) write(context, fault.name, Math.max(left, LEFT), Math.min(right, width), 12 + (index % 3) * 13);
    }
  });
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {View} view
 * @param {number} width @param {number} y */
function drawAxis(context, view, width, y) {
  const span = view.to - view.from;
  let step = 10 ** Math.ceil(Math.log10(span / Math.max(2, (width - LEFT) / 90)));
  if (span / step < (width - LEFT) / 220) step /= 2;
  const digits = Math.max(0, Math.min(9, Math.ceil(9 - Math.log10(step))));
  context.fillStyle = token('quiet');
  for (let at = Math.ceil(view.from / step) * step; at <= view.to; at += step) {
    const x = view.x(at, width);
    context.fillRect(x, y, 1, 4);
    const text = seconds(at, digits);
    context.fillText(text, Math.min(x + 3, width - context.measureText(text).width), y + 13);
  }
}

/** @param {CanvasRenderingContext2D} context @param {View} view
 * @param {number} width @param {number} height */
function drawCursor(context, view, width, height) {
  if (view.cursor < view.from || view.cursor > view.to) return;
  context.fillStyle = token('edge');
  context.fillRect(view.x(view.cursor, width), 0, 1, height);
}
