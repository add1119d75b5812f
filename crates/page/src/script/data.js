// The record of the run, decoded from the page: a head, and columns of numbers.

/** @typedef {{[table: string]: {[column: string]: Float64Array}}} Tables */
/** @typedef {{name: string, kind: string, spans: [number, number][], nodes: string[]}} Fault */
/**
 * @typedef {{warmup: number, duration: number, end: number,
 *   hosts: {name: string, client: boolean}[], kinds: string[], texts: string[],
 *   fates: string[], notes: string[], causes: string[], statuses: string[], faults: Fault[],
 *   expectations: {failed: boolean, from: number, to: number, operations: number[]}[],
 *   over_time: OverTime, strips: Strip[], events: {total: number, kept: number},
 *   windows: {from: number, to: number, why: string}[],
 *   columns: {name: string, differences: boolean, length: number}[]}} Head
 */
/** A number per slice of the run, as in report.json.
 * @typedef {(number|null)[]} Values
 * @typedef {{mean: number[], max: number[]}} Levels
 * @typedef {{slice_s: number, requests: number[], ok: number[], failed: number[],
 *   timed_out: number[], rejected: number[], attempts: number[], p50_ms: Values, p99_ms: Values,
 *   in_flight: Levels, queues: {[node: string]: Levels},
 *   gauges: {[name: string]: {[node: string]: Values}}, counters: {[name: string]: number[]}}} OverTime
 */
/** A row has spans (from, to, state) or levels, one a slice.
 * @typedef {{title: string, summary: string, states: string[], limit: number|null, slice: number,
 *   rows: {name: string, spans: [number, number, number][], levels: number[]}[],
 *   left_out: [number, number]}} Strip
 */
/** @typedef {{head: Head, tables: Tables}} RunRecord */

/** @returns {Promise<RunRecord>} */
async function decodeRecord() {
  const text = element('record').textContent || '';
  const block = Uint8Array.from(atob(text.trim()), (c) => c.charCodeAt(0));
  const inflated = new Blob([block]).stream().pipeThrough(new DecompressionStream('deflate'));
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer());
  const length = new DataView(bytes.buffer).getUint32(0, true);
  /** @type {Head} */
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  /** @type {Tables} */
  const tables = {};
  let at = 4 + length;
  for (const column of head.columns) {
    const values = new Float64Array(column.length);
    let last = 0;
    for (let index = 0; index < column.length; index += 1) {
      let value = 0;
      let scale = 1;
      let byte;
      do {
        byte = bytes[at];
        at += 1;
        value += (byte & 0x7f) * scale;
        scale *= 128;
      } while (byte >= 0x80);
      if (column.differences) {
        last += value % 2 === 0 ? value / 2 : -(value + 1) / 2;
        value = last;
      }
      values[index] = value;
    }
    const [table, name] = column.name.split('.');
    (tables[table] ??= {})[name] = values;
  }
  return {head, tables};
}

/** The first place in sorted numbers whose value is at least `value`.
 * @param {Float64Array} sorted @param {number} value */
function placeOf(sorted, value) {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
