// What a host is over time: its role, down, paused, slow, or with a wrong clock or a bad disk.

/** @typedef {{host: number, from: number, to: number, what: string}} Span */

/** Roles and crashes of each host as spans. @param {Model} model */
function rolesOf(model) {
  const {note, head} = model;
  const open = head.hosts.map(() => ({role: '', since: 0, down: false}));
  const spans = /** @type {Span[]} */ ([]);
  const end = (/** @type {number} */ host, /** @type {number} */ to) => {
    const {role, since: from, down} = open[host];
    if ((down || role) && to > from) spans.push({host, from, to, what: down ? DOWN : role});
  };
  for (let row = 0; row < note.at.length; row += 1) {
    const host = note.host[row] - 1;
    const what = head.notes[note.what[row]];
    if (host < 0 || !['crash', 'start', 'role'].includes(what)) continue;
    const role = what === 'role' ? head.texts[note.text[row]] : '';
    if (what === 'role' && role === open[host].role) continue;
    end(host, note.at[row]);
    open[host] = {role, since: note.at[row], down: what === 'crash'};
  }
  open.forEach((_, host) => end(host, head.end));
  return spans;
}

const DOWN = '✕ crashed';

/** How the faults that leave a host up are named on its lane. @type {{[kind: string]: string}} */
const STRAINS = {pause: '‖ paused', slow: '~ slow', clock: '◷ clock wrong', disk: '▤ disk bad'};

/** Pauses, slowness and other faults of single hosts as spans. @param {Model} model */
function strainsOf(model) {
  const {note, head} = model;
  const hosts = new Map(head.hosts.map((host, index) => [host.name, index]));
  const firings = new Map();
  const spans = /** @type {Span[]} */ ([]);
  for (let row = 0; row < note.at.length; row += 1) {
    if (head.notes[note.what[row]] !== 'strike') continue;
    const fault = head.faults.find((known) => known.name === head.texts[note.text[row]]);
    if (!fault || !STRAINS[fault.kind]) continue;
    const firing = firings.get(fault) ?? 0;
    firings.set(fault, firing + 1);
    const [from, to] = fault.spans[firing] ?? [note.at[row], head.end];
    for (const name of head.texts[note.more[row]].split(', ')) {
      const host = hosts.get(name);
      if (host !== undefined) spans.push({host, from, to, what: STRAINS[fault.kind]});
    }
  }
  return spans;
}

/** The states of hosts, and how to draw them. */
class States {
  /** @param {Model} model */
  constructor(model) {
    this.roles = rolesOf(model);
    this.strains = strainsOf(model);
    this.names = [...new Set(this.roles.map(({what}) => what).filter((what) => what !== DOWN))].sort();
  }

  /** The role of a host at an instant, or what keeps it from one; empty for none.
   * @param {number} host @param {number} at */
  at(host, at) {
    const holds = (/** @type {Span} */ span) => span.host === host && span.from <= at && at < span.to;
    return {role: this.roles.find(holds)?.what ?? '', strain: this.strains.find(holds)?.what ?? ''};
  }

  /** @param {string} role */
  colour(role) {
    return role === DOWN ? 'down' : `role${this.names.indexOf(role) % 4}`;
  }

  /** @param {CanvasRenderingContext2D} context @param {View} view @param {number} width
   * @param {(host: number) => number} middle @param {number} reach half the height of a span */
  draw(context, view, width, middle, reach) {
    const clipped = (/** @type {Span} */ {from, to}) =>
      [Math.max(LEFT, view.x(from, width)), Math.min(width, view.x(to, width))];
    for (const span of this.roles) {
      const [left, right] = clipped(span);
      if (right <= LEFT || left >= width) continue;
      const y = middle(span.host);
      context.fillStyle = token(this.colour(span.what));
      context.fillRect(left, y - reach, Math.max(1, right - left), 2 * reach);
      if (span.what === DOWN) hatch(context, left, right, y, reach);
      context.fillStyle = token('ink');
      write(context, span.what, left, right, y - reach - 2);
    }
    for (const span of this.strains) {
      const [left, right] = clipped(span);
      if (right <= LEFT || left >= width) continue;
      const y = middle(span.host) + reach;
      context.fillStyle = token('edge');
      context.fillRect(left, y, Math.max(1, right - left), 3);
      write(context, span.what, left, right, y + 13);
    }
  }
}

/** Writes where there is room. @param {CanvasRenderingContext2D} context @param {string} text
 * @param {number} left @param {number} right @param {number} y */
function write(context, text, left, right, y) {
  if (context.measureText(text).width + 8 < right - left) context.fillText(text, left + 3, y);
}

/** @param {CanvasRenderingContext2D} context @param {number} left @param {number} right
 * @param {number} y @param {number} reach */
function hatch(context, left, right, y, reach) {
  context.strokeStyle = token('ink');
  context.lineWidth = 0.5;
  context.beginPath();
  for (let x = left; x < right; x += 8) {
    context.moveTo(x, y + reach);
    context.lineTo(Math.min(x + 8, right), y - reach);
  }
  context.stroke();
}
