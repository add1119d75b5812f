// The space-time diagram: a lane for each host, messages as slanted lines at true time.

/** Height of a lane, and of the room for fault names above them. */
const LANE = 44;
const HEADROOM = 46;

class Lanes {
  /** @param {HTMLCanvasElement} canvas @param {View} view @param {Model} model
   * @param {Filter} filter */
  constructor(canvas, view, model, filter) {
    this.canvas = canvas;
    this.view = view;
    this.model = model;
    this.filter = filter;
    this.selected = -1;
    canvas.style.height = `${HEADROOM + model.head.hosts.length * LANE + 22}px`;
    this.states = this.#states();
  }

  /** @param {number} host */
  y(host) {
    return HEADROOM + host * LANE + LANE / 2;
  }

  /** Roles and crashes of each host as spans. */
  #states() {
    const {note, head} = this.model;
    const open = head.hosts.map(() => ({role: '', since: 0, down: -1}));
    const spans = /** @type {{host: number, from: number, to: number, role: string}[]} */ ([]);
    const end = (/** @type {number} */ host, /** @type {number} */ at) => {
      const {role, since, down} = open[host];
      if (down >= 0) spans.push({host, from: down, to: at, role: '✕ crashed'});
      else if (role) spans.push({host, from: since, to: at, role});
      open[host] = {role: '', since: at, down: -1};
    };
    for (let row = 0; row < note.at.length; row += 1) {
      const host = note.host[row] - 1;
      const what = head.notes[note.what[row]];
      if (host < 0 || !['crash', 'start', 'role'].includes(what)) continue;
      end(host, note.at[row]);
      if (what === 'crash') open[host].down = note.at[row];
      if (what === 'role') open[host].role = head.texts[note.text[row]];
    }
    open.forEach((_, host) => end(host, head.end));
    return spans;
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
    this.#drawStates(context, width);
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
    if (dense) this.#drawDensity(context, width, rows);
    else rows.forEach((row) => this.#drawMessage(context, width, row));
    this.#drawNotes(context, width);
    context.restore();
    drawAxis(context, view, width, height - 20);
    drawCursor(context, view, width, height - 20);
    element('lanes-note').textContent = dense
      ? `${rows.length} messages in view, shown as density: zoom in for single ones`
      : `${rows.length} messages in view`;
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width */
  #drawStates(context, width) {
    const roles = [...new Set(this.states.map((state) => state.role))].sort();
    for (const {host, from, to, role} of this.states) {
      const [left, right] = [Math.max(LEFT, this.view.x(from, width)), this.view.x(to, width)];
      if (right < LEFT || left > width) continue;
      const down = role.startsWith('✕');
      context.fillStyle = down ? token('down') : token(`role${roles.indexOf(role) % 4}`);
      context.fillRect(left, this.y(host) - 9, Math.max(1, Math.min(right, width) - left), 18);
      if (down) this.#hatch(context, left, Math.min(right, width), this.y(host));
      context.fillStyle = token('ink');
      if (right - left > 40) context.fillText(role, left + 3, this.y(host) - 11, right - left);
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {number} left @param {number} right
   * @param {number} y */
  #hatch(context, left, right, y) {
    context.strokeStyle = token('ink');
    context.lineWidth = 0.5;
    context.beginPath();
    for (let x = left; x < right; x += 8) {
      context.moveTo(x, y + 9);
      context.lineTo(Math.min(x + 8, right), y - 9);
    }
    context.stroke();
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width */
  #drawRequests(context, width) {
    const {request} = this.model;
    for (let row = 0; row < request.intended.length; row += 1) {
      const to = request.intended[row] + request.latency[row];
      if (to < this.view.from || request.intended[row] > this.view.to) continue;
      if (!this.filter.hasRequest(row)) continue;
      const left = this.view.x(request.intended[row], width);
      const length = Math.max(1, this.view.x(to, width) - left);
      const ok = request.status[row] === 0;
      context.fillStyle = ok ? token('good') : token('bad');
      const y = this.y(request.host[row]) + 5 + (row % 3) * 4;
      context.fillRect(left, y, length, ok ? 2 : 4);
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number[]} rows */
  #drawDensity(context, width, rows) {
    const columns = Math.ceil(width);
    const {message, head} = this.model;
    const sent = new Float64Array(columns * head.hosts.length);
    const dropped = new Float64Array(columns * head.hosts.length);
    for (const row of rows) {
      const x = Math.round(this.view.x(message.at[row], width));
      if (x < LEFT || x >= columns) continue;
      sent[message.from[row] * columns + x] += 1;
      const end = this.model.ends[row * 2];
      if (end >= 0 && this.model.fate.what[end] > 0) dropped[message.from[row] * columns + x] += 1;
    }
    const most = sent.reduce((a, b) => Math.max(a, b), 1);
    for (let host = 0; host < head.hosts.length; host += 1) {
      for (let x = LEFT; x < columns; x += 1) {
        const place = host * columns + x;
        const height = Math.sqrt(sent[place] / most) * 18;
        context.fillStyle = token('accent');
        context.fillRect(x, this.y(host) - height, 1, height);
        context.fillStyle = token('bad');
        const lost = Math.sqrt(dropped[place] / most) * 18;
        context.fillRect(x, this.y(host), 1, lost);
      }
    }
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} row */
  #drawMessage(context, width, row) {
    const {message, fate, ends, marks, head} = this.model;
    const [x, y] = [this.view.x(message.at[row], width), this.y(message.from[row])];
    const target = this.y(message.to[row]);
    [ends[row * 2], ends[row * 2 + 1]].forEach((end, copy) => {
      if (end < 0 && copy === 1) return;
      const what = end < 0 ? 'under way' : head.fates[fate.what[end]];
      const at = end < 0 ? this.view.to : fate.at[end];
      const short = what === 'lost' || what === 'cut';
      const endX = short ? x + 14 : this.view.x(at, width);
      const endY = short ? y + Math.sign(target - y || 1) * 14 : target;
      context.strokeStyle = what === 'delivered' ? token(`kind${message.kind[row] % 5}`) : token('bad');
      context.lineWidth = row === this.selected ? 3 : 1;
      context.setLineDash(copy === 1 ? [2, 3] : marks[row] & 2 ? [7, 3] : []);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(endX, endY);
      context.stroke();
      context.setLineDash([]);
      this.#drawEnd(context, what, (marks[row] & 1) === 1, endX, endY, Math.sign(endY - y) || 1);
    });
  }

  /** The sign at the end of a message: its shape says how it fared.
   * @param {CanvasRenderingContext2D} context @param {string} what @param {boolean} overtaken
   * @param {number} x @param {number} y @param {number} down */
  #drawEnd(context, what, overtaken, x, y, down) {
    context.beginPath();
    if (what === 'lost') {
      context.moveTo(x - 4, y - 4);
      context.lineTo(x + 4, y + 4);
      context.moveTo(x + 4, y - 4);
      context.lineTo(x - 4, y + 4);
    } else if (what === 'cut') {
      context.moveTo(x - 5, y);
      context.lineTo(x + 5, y);
      context.moveTo(x - 5, y + 3 * down);
      context.lineTo(x + 5, y + 3 * down);
    } else if (what.startsWith('receiver')) {
      context.rect(x - 4, y - 4, 8, 8);
    } else if (what === 'no listener') {
      context.arc(x, y, 4, 0, 2 * Math.PI);
    } else if (overtaken) {
      context.moveTo(x, y - 5 * down);
      context.lineTo(x + 5, y);
      context.lineTo(x - 5, y);
      context.closePath();
    } else {
      context.moveTo(x - 3, y - 5 * down);
      context.lineTo(x, y);
      context.lineTo(x + 3, y - 5 * down);
    }
    context.stroke();
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
      const top = this.y(request.host[row]) + 5 + (row % 3) * 4;
      if (x >= left - 2 && x <= right + 2 && y >= top - 1 && y <= top + 4) return row;
    }
    return -1;
  }
}
