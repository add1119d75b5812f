// Which messages and requests are shown: by host, kind and text.

class Filter {
  /** @param {Model} model @param {() => void} changed */
  constructor(model, changed) {
    this.model = model;
    const {hosts, kinds} = model.head;
    this.host = this.#choice('filter-host', hosts.map((host) => host.name), changed);
    this.kind = this.#choice('filter-kind', kinds, changed);
    this.text = /** @type {HTMLInputElement} */ (element('filter-text'));
    this.text.addEventListener('input', changed);
  }

  /** @param {string} id @param {string[]} names @param {() => void} changed */
  #choice(id, names, changed) {
    const select = /** @type {HTMLSelectElement} */ (element(id));
    names.forEach((name, index) => select.append(new Option(name, String(index))));
    select.addEventListener('change', changed);
    return select;
  }

  /** @param {number} row of `message` */
  has(row) {
    const {message, head} = this.model;
    if (this.host.value !== '') {
      const host = Number(this.host.value);
      if (message.from[row] !== host && message.to[row] !== host) return false;
    }
    if (this.kind.value !== '' && message.kind[row] !== Number(this.kind.value)) return false;
    return this.text.value === '' || head.texts[message.content[row]].includes(this.text.value);
  }

  /** @param {number} row of `request` */
  hasRequest(row) {
    const {request, head} = this.model;
    if (this.text.value === '') return true;
    return [request.key, request.op, request.output]
      .some((column) => head.texts[column[row]].includes(this.text.value));
  }
}
