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

  resume() {
    if (this.#source) {
      return;
    }
    clearTimeout(this.#again);
    // A browser sends the id of the last event when it reconnects; a new EventSource has to say it in the URL
    const query = this.#lastEventId ? "?lastEventId=" + encodeURIComponent(this.#lastEventId) : "";
    const source = new EventSource(this.#url + query);
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

/**
 * Yields the events of a response to fetch, as the WHATWG HTML standard, section 9.2.6, has them parsed.
 */
export async function* eventsOf(response) {
  let event = { id: "", type: "", data: [] };
  for await (const line of linesOf(response.body)) {
    const [, field, value] = /^([^:]*)(?:: ?)?([^]*)$/.exec(line);
    if (line === "") {
      if (event.data.length > 0) {
        yield { id: event.id, type: event.type || "message", data: event.data.join("\n") };
      }
      event = { id: event.id, type: "", data: [] };
    }
    else if (field === "data") {
      event.data.push(value);
    }
    else if (field === "event") {
      event.type = value;
    }
    else if (field === "id" && !value.includes("\0")) {
      event.id = value;
    }
  }
}

async function* linesOf(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      rest += chunk.value;
      // A CR at the very end may be half of a CRLF
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop();
      yield* lines;
    }
  }
  finally {
    reader.cancel().catch(() => {});
  }
}
