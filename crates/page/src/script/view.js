// The span of time that everything shows, and what may be done to it.

/** Left edge of all time axes, in pixels. */
const LEFT = 64;

class View {
  /** @param {number} end */
  constructor(end) {
    this.end = Math.max(1, end);
    this.from = 0;
    this.to = this.end;
    this.cursor = -1;
    this.playing = false;
    /** @type {{act: () => void, canvas: HTMLCanvasElement|null, stale: boolean}[]} */
    this.watchers = [];
    this.pending = false;
  }

  /** Calls `act` after each change; if it draws a canvas, only while that is on the screen.
   * @param {() => void} act @param {HTMLCanvasElement|null} [canvas] */
  watch(act, canvas = null) {
    this.watchers.push({act, canvas, stale: true});
  }

  /** Draws everything anew, at most once a frame. */
  changed() {
    this.watchers.forEach((watcher) => { watcher.stale = true; });
    this.refresh();
  }

  /** Draws what is on the screen and was not drawn since the last change. */
  refresh() {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      for (const watcher of this.watchers) {
        if (!watcher.stale || (watcher.canvas && !isSeen(watcher.canvas))) continue;
        watcher.stale = false;
        watcher.act();
      }
    });
  }

  /** @param {number} from @param {number} to */
  show(from, to) {
    const length = Math.min(this.end, Math.max(to - from, 1000));
    const start = Math.min(Math.max(from, 0), this.end - length);
    this.from = start;
    this.to = start + length;
    this.changed();
  }

  /** @param {number} factor @param {number} [at] */
  zoom(factor, at = (this.from + this.to) / 2) {
    this.show(at - (at - this.from) * factor, at + (this.to - at) * factor);
  }

  /** @param {number} share of the visible time */
  pan(share) {
    const by = (this.to - this.from) * share;
    this.show(this.from + by, this.to + by);
  }

  /** Shows a span with some time around it. @param {number} from @param {number} to */
  focus(from, to) {
    const margin = Math.max((to - from) * 0.15, 5e6);
    this.show(from - margin, to + margin);
  }

  /** @param {number} at @param {number} width */
  x(at, width) {
    return LEFT + ((at - this.from) / (this.to - this.from)) * (width - LEFT);
  }

  /** @param {number} x @param {number} width */
  time(x, width) {
    return this.from + ((x - LEFT) / (width - LEFT)) * (this.to - this.from);
  }
}

/** Lets a canvas zoom by wheel and drag, and pan with the shift key or a finger.
 * @param {HTMLCanvasElement} canvas @param {View} view
 * @param {(x: number, y: number) => void} click */
function control(canvas, view, click) {
  /** @type {{x: number, from: number, to: number, moved: boolean}|null} */
  let held = null;
  const width = () => canvas.getBoundingClientRect().width;
  canvas.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.shiftKey && Math.abs(event.deltaY) > Math.abs(event.deltaX)) {
      if (document.activeElement !== canvas) return;
    }
    event.preventDefault();
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      view.pan((event.deltaX || event.deltaY) / 1000);
    } else {
      view.zoom(2 ** (event.deltaY / 300), view.time(event.offsetX, width()));
    }
  }, {passive: false});
  canvas.addEventListener('pointerdown', (event) => {
    held = {x: event.offsetX, from: view.from, to: view.to, moved: false};
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!view.playing) view.cursor = view.time(event.offsetX, width());
    if (held) {
      const by = ((held.x - event.offsetX) / (width() - LEFT)) * (held.to - held.from);
      held.moved ||= Math.abs(held.x - event.offsetX) > 4;
      if (held.moved) view.show(held.from + by, held.to + by);
    }
    view.changed();
  });
  canvas.addEventListener('pointerup', (event) => {
    if (held && !held.moved) click(event.offsetX, event.offsetY);
    held = null;
  });
  canvas.addEventListener('dblclick', (event) => {
    view.zoom(0.25, view.time(event.offsetX, width()));
  });
}
