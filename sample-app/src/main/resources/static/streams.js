import { Watchdog } from "./watchdog.js";

const HEARTBEAT = "heartbeat";
const PAUSE = 5000;

/**
 * An EventSource that can be paused and resumed without losing an event, that is replaced when its connection is dead,
 * and that tells its state:
 *
 * - connecting, live, reconnecting, and paused
 * - ended: the server has nothing more to send, now or later
 * - refused: the server says no, with a status; to resume is to try again
 */
export class Stream {

  #url;
  #types;
  #onEvent;
  #onState;
  #watchdog;
  #lastEventId;
  #source = null;
  #lost = false;
  #ended = false;
  #reconnects = 0;
  #again;

  /**
   * @param url the stream
   * @param types the types of the events to listen to
   * @param silence the time without an event or a heartbeat after which the connection is dead, in milliseconds
   * @param onEvent is called with each event: its id, if it has one of its own, its type, and its data
   * @param onState is called with the state, the number of reconnects, and the status of a refusal; and with the same
   * state again at each heartbeat
   * @param lastEventId the id of the event after which to begin
   */
  constructor(url, { types, silence, onEvent, onState, lastEventId = "" }) {
    this.#url = url;
    this.#types = types;
    this.#onEvent = onEvent;
    this.#onState = onState;
    this.#lastEventId = lastEventId;
    this.#watchdog = new Watchdog(silence, () => this.#replace());
  }

  get lastEventId() {
    return this.#lastEventId;
  }

  /** Call it also when the page is shown again: if the connection has died meanwhile, this is the time to notice. */
  resume() {
    if (this.#source) {
      this.#watchdog.check();
    }
    else if (!this.#ended) {
      this.#open();
    }
  }

  pause() {
    this.#close();
    if (!this.#ended) {
      this.#tell("paused");
    }
  }

  /** A browser sends the id of the last event when it reconnects; a new EventSource has to say it in the URL. */
  #address() {
    const url = new URL(this.#url, document.baseURI);
    if (this.#lastEventId) {
      url.searchParams.set("lastEventId", this.#lastEventId);
    }
    return url;
  }

  #open() {
    clearTimeout(this.#again);
    const source = new EventSource(this.#address());
    source.onopen = () => this.#opened();
    source.onerror = () => this.#failed(source);
    source.addEventListener(HEARTBEAT, (event) => this.#beat(event));
    for (const type of this.#types) {
      source.addEventListener(type, (event) => this.#receive(event));
    }
    this.#source = source;
    this.#watchdog.start();
    this.#tell(this.#lost ? "reconnecting" : "connecting");
  }

  #close() {
    clearTimeout(this.#again);
    this.#watchdog.stop();
    this.#source?.close();
    this.#source = null;
  }

  /** What the dead connection had still to deliver comes again, since a source that is closed delivers nothing. */
  #replace() {
    this.#close();
    this.#lost = true;
    this.#open();
  }

  #opened() {
    this.#watchdog.heard();
    this.#reconnects += this.#lost ? 1 : 0;
    this.#lost = false;
    this.#tell("live");
  }

  /** A heartbeat tells the position in the stream, also before the first event and after the last. */
  #beat(event) {
    this.#watchdog.heard();
    this.#lastEventId = event.lastEventId || this.#lastEventId;
    this.#tell("live");
  }

  #receive({ type, data, lastEventId }) {
    this.#watchdog.heard();
    // With an event that has no id, such as a gap event, a browser tells the one before
    const id = lastEventId === this.#lastEventId ? "" : lastEventId;
    this.#lastEventId = id || this.#lastEventId;
    this.#onEvent({ id, type, data });
  }

  /** As long as it is not closed, a source reconnects by itself, after the time that the server has asked for. */
  #failed(source) {
    this.#watchdog.heard();
    this.#lost = true;
    this.#tell("reconnecting");
    if (source.readyState === EventSource.CLOSED) {
      this.#watchdog.stop();
      this.#decide(source);
    }
  }

  /** Any status but 200 makes a source give up for good, and it does not say which one it was. */
  async #decide(source) {
    const { status, final } = await ask(this.#address());
    if (source !== this.#source) {
      return; // paused meanwhile
    }
    this.#close();
    if (status === 204) {
      this.#ended = true;
      this.#tell("ended");
    }
    else if (final) {
      this.#tell("refused", status);
    }
    else {
      this.#again = setTimeout(() => this.#open(), PAUSE * (0.5 + Math.random()));
    }
  }

  #tell(state, status) {
    this.#onState(state, this.#reconnects, status);
  }

}

/** A server that is overloaded, restarts, or cannot be reached may answer later; all other refusals are final. */
async function ask(url) {
  try {
    const headers = { Accept: "text/event-stream" };
    const { ok, status, headers: answer } = await fetch(url, { method: "HEAD", headers, cache: "no-store",
      signal: AbortSignal.timeout(10_000) });
    const stream = answer.get("Content-Type")?.startsWith("text/event-stream");
    // A page where there was a stream: to sign in, most likely
    return { status, final: ok ? !stream : status < 500 && ![408, 425, 429].includes(status) };
  }
  catch {
    return { status: 0, final: false };
  }
}
