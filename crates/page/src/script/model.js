// What the diagram needs beyond the tables: which copies belong to which message, and how they fared.

class Model {
  /** @param {RunRecord} record */
  constructor({head, tables}) {
    this.head = head;
    this.message = tables.message;
    this.fate = tables.fate;
    this.note = tables.note;
    this.request = tables.request;
    this.wake = tables.wake;
    this.count = this.message.at.length;
    /** The first two ends of each message, as rows of `fate`; -1 for none. */
    this.ends = new Int32Array(this.count * 2).fill(-1);
    this.fate.message.forEach((message, row) => {
      const slot = message * 2 + (this.ends[message * 2] < 0 ? 0 : 1);
      this.ends[slot] = row;
    });
    this.rowOf = new Map();
    this.message.id.forEach((id, row) => this.rowOf.set(id, row));
    this.requestOf = new Map();
    this.request.id.forEach((id, row) => this.requestOf.set(id, row));
    this.longest = 0;
    /** The usual time under way of each kind of message. @type {number[]} */
    this.usual = [];
    this.marks = this.#marks();
  }

  /** When the last copy of a message ended. @param {number} row */
  lastEnd(row) {
    const end = this.ends[row * 2 + 1] >= 0 ? this.ends[row * 2 + 1] : this.ends[row * 2];
    return end < 0 ? this.message.at[row] : this.fate.at[end];
  }

  /** What is unusual about each message: 1 overtaken, 2 late, 4 doubled. */
  #marks() {
    const marks = new Uint8Array(this.count);
    const flights = this.head.kinds.map(() => /** @type {number[]} */ ([]));
    for (let row = 0; row < this.count; row += 1) {
      const end = this.ends[row * 2];
      this.longest = Math.max(this.longest, this.lastEnd(row) - this.message.at[row]);
      if (end >= 0 && this.fate.what[end] === 0) {
        flights[this.message.kind[row]].push(this.fate.at[end] - this.message.at[row]);
      }
      if (this.ends[row * 2 + 1] >= 0) marks[row] |= 4;
    }
    this.usual = flights.map((all) => all.sort((a, b) => a - b)[all.length >> 1] ?? 0);
    const latest = new Map();
    for (let end = 0; end < this.fate.at.length; end += 1) {
      const row = this.fate.message[end];
      if (this.fate.what[end] !== 0) continue;
      const link = this.message.from[row] * this.head.hosts.length + this.message.to[row];
      if ((latest.get(link) ?? -1) > row) marks[row] |= 1;
      else latest.set(link, row);
      const flight = this.fate.at[end] - this.message.at[row];
      if (flight > 3 * this.usual[this.message.kind[row]]) marks[row] |= 2;
    }
    return marks;
  }

  /** How a message fared, in words. @param {number} row */
  fared(row) {
    const words = [];
    for (const end of [this.ends[row * 2], this.ends[row * 2 + 1]]) {
      if (end >= 0) words.push(`${this.head.fates[this.fate.what[end]]} at ${seconds(this.fate.at[end], 9)}`);
    }
    if (words.length === 0) words.push('still under way at the end of what is kept');
    if (this.marks[row] & 1) words.push('overtaken by a later message');
    if (this.marks[row] & 2) words.push('late: over three times the usual time of its kind');
    if (this.marks[row] & 4) words.push('doubled by the network');
    return words.join('; ');
  }

  /** A message in a line. @param {number} row */
  describe(row) {
    const {message, head} = this;
    return `${head.hosts[message.from[row]].name} → ${head.hosts[message.to[row]].name} `
      + `${head.kinds[message.kind[row]]} #${message.id[row]}`;
  }

  /** The name of the timer that a wake ended. @param {number} row of `wake` */
  timer(row) {
    return this.head.texts[this.wake.of[row]];
  }

  /** The waits that tile a request's time, from its intended send to its end.
   * @param {number} row of `request` @returns {{from: number, to: number, what: string, wake: number}[]} */
  path(row) {
    const {request, wake, head} = this;
    const from = request.intended[row];
    let end = from + request.latency[row];
    let id = request.wake[row];
    const path = [];
    while (end > from) {
      if (id === 0) {
        path.push({from, to: end, what: 'fault', wake: 0});
        break;
      }
      const cause = head.causes[wake.cause[id]];
      const [queued, served] = WAITS[cause] ?? ['paused', 'paused'];
      const at = wake.at[id];
      for (const [start, what] of /** @type {[number, string][]} */ ([
        [at, 'paused'], [at - wake.served[id], served], [at - wake.waited[id], queued]])) {
        const begin = Math.max(start, from);
        if (begin < end) {
          path.push({from: begin, to: end, what, wake: id});
          end = begin;
        }
      }
      id = wake.by[id];
    }
    return path.reverse();
  }
}

/** What each cause ended: its time in a queue, and the rest.
 * @type {{[cause: string]: [string, string]}} */
const WAITS = {
  message: ['link queue', 'network'],
  job: ['worker queue', 'service'],
  sync: ['disk queue', 'disk'],
  timer: ['timer', 'timer'],
  'gave up': ['no answer', 'no answer'],
};
