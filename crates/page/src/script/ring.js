// The cluster at one instant: hosts on a ring with their roles, and the messages in flight.

/** Messages that are drawn at once. */
const FLYING_MAX = 400;
/** Steps of the scrubber over the span in view. */
const SCRUBS = 1000;

class Ring {
  /** @param {HTMLCanvasElement} canvas @param {View} view @param {Model} model @param {States} states */
  constructor(canvas, view, model, states) {
    this.canvas = canvas;
    this.view = view;
    this.model = model;
    this.states = states;
  }

  /** The instant that is shown. */
  get at() {
    return this.view.cursor < 0 ? this.view.from : Math.min(this.view.cursor, this.view.end);
  }

  /** When a message leaves the picture. What was lost goes half its way.
   * @param {number} row */
  #gone(row) {
    const {model} = this;
    const end = model.lastEnd(row);
    return this.#isLost(row) ? Math.max(end, model.message.at[row] + model.usual[model.message.kind[row]] / 2) : end;
  }

  /** @param {number} row */
  #isLost(row) {
    const end = this.model.ends[row * 2];
    return end >= 0 && ['lost', 'cut'].includes(this.model.head.fates[this.model.fate.what[end]]);
  }

  /** The rows of the messages in flight. */
  flying() {
    const {message, longest} = this.model;
    const rows = [];
    const last = placeOf(message.at, this.at + 1);
    for (let row = placeOf(message.at, this.at - longest); row < last; row += 1) {
      if (this.#gone(row) > this.at) rows.push(row);
    }
    return rows;
  }

  /** The instant in words: faults, roles and messages in flight. @param {number} flying */
  told(flying) {
    const {head} = this.model;
    const holds = (/** @type {[number, number]} */ [from, to]) => from <= this.at && this.at < to;
    const faults = head.faults.filter(({spans}) => spans.some(holds)).map(({name}) => name);
    const hosts = head.hosts.map(({name}, host) => {
      const {role, strain} = this.states.at(host, this.at);
      return [name, role, strain].filter(Boolean);
    });
    const roles = hosts.filter((words) => words.length > 1).map((words) => words.join(' '));
    const more = flying > FLYING_MAX ? `, of which ${FLYING_MAX} are drawn` : '';
    return `${seconds(this.at)}: ${faults.length ? `faults ${faults.join(', ')}` : 'no fault'}; `
      + `${roles.length ? `${roles.join(', ')}; ` : ''}${flying} messages in flight${more}`;
  }

  draw() {
    const {context, width, height} = pen(this.canvas);
    const {message, head, marks} = this.model;
    const places = head.hosts.map((_, host) => {
      const angle = (host / head.hosts.length) * 2 * Math.PI - Math.PI / 2;
      const [x, y] = [Math.cos(angle) * (width / 2 - 70), Math.sin(angle) * (height / 2 - 46)];
      return /** @type {[number, number]} */ ([width / 2 + x, height / 2 + y]);
    });
    const rows = this.flying();
    for (const row of rows.slice(0, FLYING_MAX)) {
      const [from, to] = [places[message.from[row]], places[message.to[row]]];
      const lost = this.#isLost(row);
      const share = (this.at - message.at[row]) / Math.max(1, this.#gone(row) - message.at[row]);
      const along = lost ? share / 2 : share;
      const [x, y] = [from[0] + (to[0] - from[0]) * along, from[1] + (to[1] - from[1]) * along];
      context.strokeStyle = token('line');
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
      context.fillStyle = token(lost ? 'bad' : `kind${message.kind[row] % 5}`);
      context.strokeStyle = context.fillStyle;
      context.lineWidth = 2;
      if (lost) drawEnd(context, 'lost', false, x, y, 1);
      else {
        context.beginPath();
        context.arc(x, y, marks[row] & 2 ? 3 : 5, 0, 2 * Math.PI);
        context.fill();
      }
      if (rows.length <= 12) context.fillText(head.kinds[message.kind[row]], x + 8, y - 4);
    }
    const size = Math.max(6, Math.min(20, 400 / head.hosts.length));
    places.forEach(([x, y], host) => this.#drawHost(context, host, x, y, size));
    element('ring-note').textContent = this.told(rows.length);
  }

  /** @param {CanvasRenderingContext2D} context @param {number} host
   * @param {number} x @param {number} y @param {number} size */
  #drawHost(context, host, x, y, size) {
    const {role, strain} = this.states.at(host, this.at);
    context.fillStyle = token(role ? this.states.colour(role) : 'card');
    context.strokeStyle = token(strain ? 'edge' : 'ink');
    context.lineWidth = strain ? 4 : 1.5;
    context.beginPath();
    context.arc(x, y, size, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    if (role === DOWN) hatch(context, x - size, x + size, y, size);
    context.fillStyle = token('ink');
    context.textAlign = 'center';
    const {name} = this.model.head.hosts[host];
    const fits = context.measureText(name).width < 2 * size - 4;
    context.fillText(name, x, fits ? y + 4 : y - size - 5);
    const below = [role, strain].filter(Boolean).join(' ');
    if (size > 9) context.fillText(below, x, y + size + 14);
    context.textAlign = 'start';
  }
}

/** Runs the cursor on while it plays; its speed is run time over true time.
 * @param {View} view @param {Ring} ring @param {() => void} scrub shows where it is */
function startPlaying(view, ring, scrub) {
  const play = /** @type {HTMLButtonElement} */ (element('play'));
  const speed = /** @type {HTMLSelectElement} */ (element('speed'));
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let [last, drawn] = [0, 0];
  const step = (/** @type {number} */ now) => {
    if (!view.playing) return;
    // Who wants less motion gets a still picture each second.
    if (now - last >= (still.matches ? 1000 : 0)) {
      view.cursor = Math.min(view.end, ring.at + (now - last) * 1e6 * Number(speed.value));
      last = now;
      if (view.cursor > view.to) view.show(view.cursor, view.cursor + view.to - view.from);
      ring.draw();
      scrub();
      // The other pictures follow four times a second: they are much more work.
      if (now - drawn > 250) {
        drawn = now;
        view.changed();
      }
      if (view.cursor >= view.end) toggle();
    }
    requestAnimationFrame(step);
  };
  const toggle = () => {
    view.playing = !view.playing;
    play.textContent = view.playing ? 'pause' : 'play';
    if (!view.playing) return view.changed();
    if (view.cursor < view.from || view.cursor >= view.to) view.cursor = view.from;
    last = performance.now();
    requestAnimationFrame(step);
  };
  play.addEventListener('click', toggle);
  return toggle;
}

/** @param {View} view @param {Model} model @param {States} states
 * @returns {() => void} plays or pauses */
function startRing(view, model, states) {
  const canvas = /** @type {HTMLCanvasElement} */ (element('ring'));
  const scrubber = /** @type {HTMLInputElement} */ (element('scrubber'));
  const ring = new Ring(canvas, view, model, states);
  scrubber.max = String(SCRUBS);
  const scrub = () => {
    scrubber.value = String(Math.round(((ring.at - view.from) / (view.to - view.from)) * SCRUBS));
    scrubber.setAttribute('aria-valuetext', seconds(ring.at));
  };
  scrubber.addEventListener('input', () => {
    view.cursor = view.from + (Number(scrubber.value) / SCRUBS) * (view.to - view.from);
    view.changed();
  });
  view.watch(() => {
    ring.draw();
    if (document.activeElement !== scrubber) scrub();
  }, canvas);
  return startPlaying(view, ring, scrub);
}
