/**
 * Notices silence. A connection may look open and be dead: neither a sleeping computer nor a network that swallows
 * everything tells the browser so. A server that sends a heartbeat is never silent for long.
 */
export class Watchdog {

  #limit;
  #onSilence;
  #timer = null;
  #heard;

  /**
   * @param limit how long a silence may be, in milliseconds
   * @param onSilence is called with each silence that is longer
   */
  constructor(limit, onSilence) {
    this.#limit = limit;
    this.#onSilence = onSilence;
  }

  start() {
    this.stop();
    this.heard();
    this.#timer = setInterval(() => this.check(), this.#limit / 10);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
  }

  heard() {
    this.#heard = { date: Date.now(), time: performance.now() };
  }

  /**
   * Compares times instead of counting ticks, since no timer runs while a computer sleeps. In some browsers the second
   * clock stands still then, and the first one may be set back at any time: the longer silence counts.
   */
  check() {
    if (this.#timer === null) {
      return;
    }
    const silence = Math.max(Date.now() - this.#heard.date, performance.now() - this.#heard.time);
    if (silence > this.#limit) {
      this.heard();
      this.#onSilence();
    }
  }

}
