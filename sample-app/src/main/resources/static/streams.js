/**
 * An EventSource that can be paused and resumed without losing an event, and that tells its state: connecting, live,
 * reconnecting, paused, or closed. The browser reconnects by itself; this class only counts.
 */
export class Stream {

  #url;
  #types;
  #onEvent;
  #onState;
  #source = null;
  #lastEventId = "";
  #reconnects = 0;
  #again;

  constructor(url, types, onEvent, onState) {
    this.#url = url;
    this.#types = types;
    this.#onEvent = onEvent;
    this.#onState = onState;
  }

  /** A browser sends the id of the last event when it reconnects; a new EventSource has to say it in the URL. */
  get url() {
    const url = new URL(this.#url, document.baseURI);
    this.#lastEventId && url.searchParams.set("lastEventId", this.#lastEventId);
    return url;
  }

  resume() {
    if (this.#source) {
      return;
    }
    clearTimeout(this.#again);
    const source = new EventSource(this.url);
    let lost = false;
    source.onopen = () => {
      this.#reconnects += lost ? 1 : 0;
      lost = false;
      this.#tell("live");
    };
    source.onerror = () => {
      lost = true;
      if (source.readyState === EventSource.CLOSED) {
        // Any answer but 200 makes the browser give up for good
        this.pause("closed");
        this.#again = setTimeout(() => this.resume(), 5000);
      }
      else {
        this.#tell("reconnecting");
      }
    };
    for (const type of this.#types) {
      source.addEventListener(type, (event) => {
        this.#lastEventId = event.lastEventId || this.#lastEventId;
        this.#onEvent({ id: event.lastEventId, type, data: event.data });
      });
    }
    this.#source = source;
    this.#tell("connecting");
  }

  pause(state = "paused") {
    clearTimeout(this.#again);
    this.#source?.close();
    this.#source = null;
    this.#tell(state);
  }

  #tell(state) {
    this.#onState(state, this.#reconnects);
  }

}
