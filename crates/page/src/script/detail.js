// The panel about what is selected: a message's content, a request's path, and what caused them.

class Detail {
  /** @param {Model} model @param {View} view @param {(row: number) => void} select */
  constructor(model, view, select) {
    this.model = model;
    this.view = view;
    this.select = select;
    this.place = element('detail');
  }

  /** @param {...(string|Node)} children */
  #show(...children) {
    this.place.replaceChildren(...children);
  }

  /** @param {[string, string][]} facts */
  #facts(facts) {
    const list = make('dl', '');
    for (const [name, value] of facts) list.append(make('dt', '', name), make('dd', '', value));
    return list;
  }

  /** @param {number} row of `message` */
  message(row) {
    const {message, head} = this.model;
    this.#show(
      make('h3', '', this.model.describe(row)),
      this.#facts([
        ['sent', seconds(message.at[row], 9)],
        ['fate', this.model.fared(row)],
        ['size', `${message.bytes[row]} bytes`],
      ]),
      make('pre', '', pretty(head.texts[message.content[row]])),
      make('h4', '', 'Sent because'),
      this.#causes(message.wake[row]));
  }

  /** @param {number} row of `request` */
  request(row) {
    const {request, head} = this.model;
    const text = (/** @type {Float64Array} */ column) => head.texts[column[row]];
    const path = this.model.path(row);
    const bar = make('div', 'path');
    const list = make('ol', 'waits');
    for (const {from, to, what, wake} of path) {
      const part = make('span', `wait ${what.replace(' ', '-')}`);
      const told = `${what === 'timer' ? this.model.timer(wake) : what} ${duration(to - from)}`;
      part.style.flexGrow = String(to - from);
      part.title = told;
      bar.append(part);
      list.append(make('li', '', button(told, () => this.view.focus(from, to)),
        ` ${this.#woke(wake)}`));
    }
    const total = path.reduce((sum, part) => sum + part.to - part.from, 0);
    this.#show(
      make('h3', '', `request ${request.id[row]}: ${text(request.op)} ${text(request.key)}`),
      this.#facts([
        ['from', head.hosts[request.host[row]].name],
        ['intended', seconds(request.intended[row], 9)],
        ['ended', `${head.statuses[request.status[row]]}, after ${duration(request.latency[row])}`],
        ['input', text(request.input)],
        ['output', text(request.output)],
      ]),
      make('h4', '', `Critical path: ${duration(total)}`), bar, list);
  }

  /** What a wake was, in words. @param {number} row of `wake` */
  #woke(row) {
    const {wake, head} = this.model;
    const cause = head.causes[wake.cause[row]];
    const host = wake.host[row] ? ` on ${head.hosts[wake.host[row] - 1].name}` : '';
    const message = this.model.rowOf.get(wake.of[row]);
    if (cause === 'message' && message !== undefined) return this.model.describe(message);
    const what = cause === 'timer' ? this.model.timer(row) : cause;
    return `${what}${host} at ${seconds(wake.at[row], 6)}`;
  }

  /** The last wakes before an event. @param {number} row of `wake` */
  #causes(row) {
    const {wake, head} = this.model;
    const list = make('ol', 'waits');
    for (let id = row, count = 0; id > 0 && count < 12; id = wake.by[id], count += 1) {
      const message = this.model.rowOf.get(wake.of[id]);
      const told = this.#woke(id);
      const item = head.causes[wake.cause[id]] === 'message' && message !== undefined
        ? button(told, () => this.select(message)) : told;
      list.append(make('li', '', item));
    }
    return list;
  }
}

/** JSON on several lines; other text as it is. @param {string} text */
function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}
