/* The gateway's time, told from the Date header of its answers: a browser's clock may be minutes off. */

/** A header's date has whole seconds. */
const STEP_MS = 1000;

/** How far the gateway's clock is from the browser's, the better known the more answers have come. */
export class GatewayClock {
  #low = -Infinity;
  #high = Infinity;

  /** Takes the date of an answer that was asked for at one time of the browser and had come at another. */
  told(date, sent, received) {
    const at = Date.parse(date ?? "");
    if (Number.isNaN(at)) return;
    const low = at - received, high = at + STEP_MS - sent;
    const another = low > this.#high || high < this.#low;
    // What contradicts all before is another gateway, or a clock that was set.
    this.#low = another ? low : Math.max(this.#low, low);
    this.#high = another ? high : Math.min(this.#high, high);
  }

  /** What to add to a time of the browser, in milliseconds; nothing as long as the clocks may agree. */
  get offset() {
    return this.#low <= 0 && this.#high >= 0 ? 0 : (this.#low + this.#high) / 2;
  }
}

export const gatewayClock = new GatewayClock();

/** The time at the gateway, in milliseconds since 1970. */
export const now = () => Date.now() + gatewayClock.offset;
