// Small helpers for the document. Text from the run only ever becomes text nodes.

/** @param {string} id @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/** Makes an element with text and children.
 * @param {string} tag @param {string} kind @param {...(string|Node)} children
 * @returns {HTMLElement} */
function make(tag, kind, ...children) {
  const made = document.createElement(tag);
  if (kind) made.className = kind;
  made.append(...children);
  return made;
}

/** @param {string} text @param {() => void} act @returns {HTMLElement} */
function button(text, act) {
  const made = make('button', '', text);
  made.setAttribute('type', 'button');
  made.addEventListener('click', act);
  return made;
}

/** The colours of the style sheet that were asked for: reading them is slow. */
const colours = /** @type {Map<string, string>} */ (new Map());

/** A colour of the style sheet. @param {string} name */
function token(name) {
  let colour = colours.get(name);
  if (colour === undefined) {
    colour = getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
    colours.set(name, colour);
  }
  return colour;
}

/** An instant in seconds. @param {number} nanos @param {number} [digits] */
function seconds(nanos, digits = 6) {
  return `${(nanos / 1e9).toFixed(digits)}s`;
}

/** A duration in the unit that suits it. @param {number} nanos */
function duration(nanos) {
  if (nanos >= 1e9) return `${(nanos / 1e9).toPrecision(4)} s`;
  if (nanos >= 1e6) return `${(nanos / 1e6).toPrecision(4)} ms`;
  return nanos >= 1e3 ? `${(nanos / 1e3).toPrecision(4)} µs` : `${nanos} ns`;
}

/** A canvas made as large as its place on the screen, and its pen.
 * @param {HTMLCanvasElement} canvas */
function pen(canvas) {
  const scale = window.devicePixelRatio || 1;
  const {width, height} = canvas.getBoundingClientRect();
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '12px system-ui, sans-serif';
  return {context, width, height};
}

/** Whether any of an element is on the screen, or nearly. @param {HTMLElement} element */
function isSeen(element) {
  const {top, bottom} = element.getBoundingClientRect();
  return bottom > -200 && top < innerHeight + 200;
}
