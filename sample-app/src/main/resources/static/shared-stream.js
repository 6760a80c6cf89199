import { Stream } from "./streams.js";
import { Watchdog } from "./watchdog.js";

/** The number of ids that a tab remembers: no fewer than the events that the server keeps of the stream. */
const REMEMBERED = 5000;

/**
 * A stream that all tabs share. The one that holds a lock has the connection, and passes on what it gets. When it is
 * closed, or crashes, the browser gives the lock to the next one, which goes on after the last event that it has seen.
 */
export class SharedStream {

  #url;
  #options;
  #name;
  #watchdog;
  #channel = null;
  #turn = null;
  #state = null;
  #ended = false;
  #ids = new Set();
  #lastEventId = "";

  /** The same as for a stream that is not shared. */
  constructor(url, options) {
    this.#url = url;
    this.#options = options;
    this.#name = ["stream", new URL(url, document.baseURI), ...options.types].join(" ");
    // A tab that the browser has frozen keeps its lock
    this.#watchdog = new Watchdog(2 * options.silence, () => this.#lead(true));
  }

  /** Where pages have neither locks nor channels, as without HTTPS, each of them has a connection of its own. */
  static open(url, options) {
    return navigator.locks && globalThis.BroadcastChannel ? new SharedStream(url, options) : new Stream(url, options);
  }

  resume() {
    if (this.#ended) {
      return;
    }
    if (this.#channel) {
      this.#watchdog.check();
      this.#turn.stream?.resume();
      this.#channel.postMessage({ hello: true });
      return;
    }
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#channel.postMessage({ hello: true });
    this.#options.onState("connecting", 0);
    // Who comes back takes the lead, since only the server can tell what was missed
    this.#lead(this.#lastEventId !== "");
  }

  /** Call it also when the page is left: one that has a lock or a channel is not kept for the way back. */
  pause() {
    if (this.#channel) {
      this.#leave();
      this.#options.onState("paused", 0);
    }
  }

  #leave() {
    this.#turn.abort();
    this.#watchdog.stop();
    this.#channel.close();
    this.#channel = null;
  }

  async #lead(steal) {
    this.#turn?.abort();
    const turn = new AbortController();
    this.#turn = turn;
    this.#watchdog.start();
    try {
      await navigator.locks.request(this.#name, steal ? { steal } : { signal: turn.signal }, () => this.#hold(turn));
    }
    catch (error) {
      if (error.name !== "AbortError") {
        await this.#hold(turn); // somebody has forbidden locks, along with cookies
      }
    }
    if (!turn.signal.aborted) {
      this.#lead(false); // another tab has stolen the lock
    }
  }

  /** Keeps the connection, and the lock with it, until the turn is over. */
  #hold(turn) {
    return new Promise((release) => {
      if (turn.signal.aborted) {
        release();
        return;
      }
      const stream = new Stream(this.#url, {
        ...this.#options,
        lastEventId: this.#lastEventId,
        onEvent: (event) => this.#tell(turn, { event }),
        onState: (...state) => this.#tell(turn, { state, lastEventId: stream.lastEventId })
      });
      turn.stream = stream;
      turn.signal.addEventListener("abort", () => {
        stream.pause();
        release();
      });
      this.#watchdog.stop(); // the stream has one of its own
      stream.resume();
    });
  }

  #tell(turn, message) {
    if (!turn.signal.aborted) {
      this.#channel.postMessage(message);
      this.#hear(message);
    }
  }

  #hear({ hello, event, state, lastEventId }) {
    if (hello) {
      this.#welcome();
    }
    else if (event) {
      this.#watchdog.heard();
      this.#isNew(event) && this.#options.onEvent(event);
    }
    else {
      this.#lastEventId ||= lastEventId;
      this.#follow(state);
    }
  }

  /** Whoever comes may have signed in meanwhile, so that a stream that was refused is worth another try. */
  #welcome() {
    if (this.#turn.stream) {
      this.#turn.stream.resume();
      this.#channel.postMessage({ state: this.#state, lastEventId: this.#lastEventId });
    }
  }

  #follow(state) {
    this.#state = state;
    this.#ended = state[0] === "ended";
    if (this.#ended) {
      this.#leave();
    }
    else if (state[0] === "refused") {
      this.#watchdog.stop();
    }
    else if (!this.#turn.stream) {
      this.#watchdog.start();
    }
    this.#options.onState(...state);
  }

  /** Who takes the lead may have seen less than others, and passes on again what they have. */
  #isNew({ id }) {
    if (id === "") {
      return true;
    }
    if (this.#ids.has(id)) {
      return false;
    }
    this.#ids.add(id);
    if (this.#ids.size > REMEMBERED) {
      this.#ids.delete(this.#ids.values().next().value);
    }
    this.#lastEventId = id;
    return true;
  }

}
