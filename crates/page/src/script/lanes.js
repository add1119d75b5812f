// The space-time diagram: a lane for each host, messages as slanted lines at true time.

/** Room for fault names above the lanes. */
const HEADROOM = 46;

class Lanes {
  /** @param {HTMLCanvasElement} canvas @param {View} view @param {Model} model
   * @param {Filter} filter @param {States} states */
  constructor(canvas, view, model, filter, states) {
    this.canvas = canvas;
    this.view = view;
    this.model = model;
    this.filter = filter;
    this.states = states;
    this.selected = -1;
    const {hosts} = model.head;
    /** Height of a lane. */
    this.lane = hosts.length <= 14 ? 44 : hosts.length <= 40 ? 28 : 16;
    this.arrows = new Arrows(model, view, (host) => this.y(host), this.lane * 0.4);
    canvas.style.height = `${HEADROOM + hosts.length * this.lane + 22}px`;
  }

  /** @param {number} host */
  y(host) {
    return HEADROOM + host * this.lane + this.lane / 2;
  }

  /** The top of a request's bar. @param {number} row */
  top(row) {
    return this.y(this.model.request.host[row]) + (1 + (row % 3)) * this.lane * 0.1;
  }

  /** The rows of messages that may be seen. */
  visible() {
    const {message, longest} = this.model;
    const rows = [];
    const last = placeOf(message.at, this.view.to);
    for (let row = placeOf(message.at, this.view.from - longest); row < last; row += 1) {
      if (this.model.lastEnd(row) >= this.view.from && this.filter.has(row)) rows.push(row);
    }
    return rows;
  }

  draw() {
    const {view, model} = this;
    const {context, width, height} = pen(this.canvas);
    drawBands(context, view, model.head, width, height - 20, true);
    this.states.draw(context, view, width, (host) => this.y(host), this.lane * 0.2);
    model.head.hosts.forEach((host, index) => {
      context.fillStyle = token('line');
      context.fillRect(LEFT, this.y(index), width - LEFT, 1);
      context.fillStyle = token('ink');
      context.fillText(host.name, 4, this.y(index) + 4, LEFT - 8);
    });
    context.save();
    context.beginPath();
    context.rect(LEFT, 0, width - LEFT, height);
    context.clip();
    this.#drawRequests(context, width);
    const rows = this.visible();
    const dense = rows.length > 2 * (width - LEFT);
    if (dense) this.arrows.density(context, width, rows);
    else rows.forEach((row) => this.arrows.arrow(context, width, row, row === this.selected));
    this.#drawNotes(context, width);
    context.restore();
    drawAxis(context, view, width, height - 20);
    drawCursor(context, view, width, height - 20);
    element('lanes-note').textContent = dense
      ? `${rows.length} messages in view, shown as density: zoom in for single ones`
      : `${rows.length} messages in view`;
  }

  /** Requests as bars on the lanes of their clients; those that share a pixel are drawn once.
   * @param {CanvasRenderingContext2D} context @param {number} width */
  #drawRequests(context, width) {
    const {request} = this.model;
    const drawn = new Map();
    for (let row = 0; row < request.intended.length; row += 1) {
      const to = request.intended[row] + request.latency[row];
      if (to < this.view.from || request.intended[row] > this.view.to) continue;
      if (!this.filter.hasRequest(row)) continue;
      const left = this.view.x(request.intended[row], width);
      const right = Math.max(left + 1, this.view.x(to, width));
      const [y, ok] = [this.top(row), request.status[row] === 0];
      const line = ok ? y : -y;
      if (right - left <= 1.5 && drawn.get(line) >= right) continue;
      drawn.set(line, right);
      context.fillStyle = ok ? token('good') : token('bad');
      context.fillRect(left, y, right - left, ok ? 2 : 4);
    }
  }

  /** What the lab recorded, as small diamonds. @param {CanvasRenderingContext2D} context
   * @param {number} width */
  #drawNotes(context, width) {
    const {note, head} = this.model;
    const last = placeOf(note.at, this.view.to);
    const first = placeOf(note.at, this.view.from);
    if (last - first > width) return;
    for (let row = first; row < last; row += 1) {
      const host = note.host[row] - 1;
      if (host < 0 || !['record', 'action'].includes(head.notes[note.what[row]])) continue;
      const [x, y] = [this.view.x(note.at[row], width), this.y(host)];
      context.fillStyle = token('ink');
      context.beginPath();
      context.moveTo(x, y - 5);
      context.lineTo(x + 4, y);
      context.lineTo(x, y + 5);
      context.lineTo(x - 4, y);
      context.fill();
    }
  }

  /** The message nearest to a point, within a few pixels; -1 for none.
   * @param {number} x @param {number} y */
  nearest(x, y) {
    const {message, fate, ends} = this.model;
    const width = this.canvas.getBoundingClientRect().width;
    let [best, distance] = [-1, 7];
    for (const row of this.visible()) {
      const end = ends[row * 2];
      const [fromX, fromY] = [this.view.x(message.at[row], width), this.y(message.from[row])];
      const toX = end < 0 ? width : this.view.x(fate.at[end], width);
      const [dx, dy] = [toX - fromX, this.y(message.to[row]) - fromY];
      const along = Math.max(0, Math.min(1, ((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy || 1)));
      const off = Math.hypot(fromX + along * dx - x, fromY + along * dy - y);
      if (off < distance) [best, distance] = [row, off];
    }
    return best;
  }

  /** The request at a point; -1 for none. @param {number} x @param {number} y */
  requestAt(x, y) {
    const {request} = this.model;
    const width = this.canvas.getBoundingClientRect().width;
    for (let row = 0; row < request.intended.length; row += 1) {
      const left = this.view.x(request.intended[row], width);
      const right = this.view.x(request.intended[row] + request.latency[row], width);
      const top = this.top(row);
      if (x >= left - 2 && x <= right + 2 && y >= top - 1 && y <= top + 4) return row;
    }
    return -1;
  }
}
