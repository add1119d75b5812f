// Messages as arrows between lanes, or as density where they are thinner than a pixel.

class Arrows {
  /** @param {Model} model @param {View} view @param {(host: number) => number} middle
   * @param {number} reach the height of density */
  constructor(model, view, middle, reach) {
    this.model = model;
    this.view = view;
    this.middle = middle;
    this.reach = reach;
  }

  /** Sent messages above a lane, dropped ones below it.
   * @param {CanvasRenderingContext2D} context @param {number} width @param {number[]} rows */
  density(context, width, rows) {
    const columns = Math.ceil(width);
    const {message, head, ends, fate} = this.model;
    const sent = new Uint32Array(columns * head.hosts.length);
    const dropped = new Uint32Array(columns * head.hosts.length);
    for (const row of rows) {
      const x = Math.round(this.view.x(message.at[row], width));
      if (x < LEFT || x >= columns) continue;
      const place = message.from[row] * columns + x;
      sent[place] += 1;
      const end = ends[row * 2];
      if (end >= 0 && fate.what[end] > 0) dropped[place] += 1;
    }
    const most = Math.sqrt(sent.reduce((a, b) => Math.max(a, b), 1));
    const bars = (/** @type {Uint32Array} */ counts, /** @type {string} */ colour, /** @type {number} */ up) => {
      context.fillStyle = token(colour);
      context.beginPath();
      for (let host = 0; host < head.hosts.length; host += 1) {
        const y = this.middle(host);
        for (let x = LEFT; x < columns; x += 1) {
          const count = counts[host * columns + x];
          const height = (Math.sqrt(count) / most) * this.reach;
          if (count) context.rect(x, up ? y - height : y, 1, height);
        }
      }
      context.fill();
    };
    bars(sent, 'accent', 1);
    bars(dropped, 'bad', 0);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} width @param {number} row
   * @param {boolean} selected */
  arrow(context, width, row, selected) {
    const {message, fate, ends, marks, head} = this.model;
    const [x, y] = [this.view.x(message.at[row], width), this.middle(message.from[row])];
    const target = this.middle(message.to[row]);
    [ends[row * 2], ends[row * 2 + 1]].forEach((end, copy) => {
      if (end < 0 && copy === 1) return;
      const what = end < 0 ? 'under way' : head.fates[fate.what[end]];
      const at = end < 0 ? this.view.to : fate.at[end];
      const short = what === 'lost' || what === 'cut';
      const endX = short ? x + 14 : this.view.x(at, width);
      const endY = short ? y + Math.sign(target - y || 1) * 14 : target;
      context.strokeStyle = what === 'delivered' ? token(`kind${message.kind[row] % 5}`) : token('bad');
      context.lineWidth = selected ? 3 : 1;
      context.setLineDash(copy === 1 ? [2, 3] : marks[row] & 2 ? [7, 3] : []);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(endX, endY);
      context.stroke();
      context.setLineDash([]);
      drawEnd(context, what, (marks[row] & 1) === 1, endX, endY, Math.sign(endY - y) || 1);
    });
  }
}

/** The sign at the end of a message: its shape says how it fared.
 * @param {CanvasRenderingContext2D} context @param {string} what @param {boolean} overtaken
 * @param {number} x @param {number} y @param {number} down */
function drawEnd(context, what, overtaken, x, y, down) {
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
