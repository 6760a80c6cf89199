import { $, onSubmit, show } from "./page.js";
import { Stream } from "./streams.js";

/** All tabs show the same answer: its id is where each of them finds it, also after a reload. */
const KEY = "answer";

/**
 * The answer to the last question that was asked in any tab.
 */
export class Answer {

  #silence;
  #count;
  #send;
  #id = null;
  #stream = null;
  #words = 0;

  /**
   * @param settings what the server says about streams
   * @param count is called with each event
   * @param send sends a request
   */
  constructor({ silence }, count, send) {
    this.#silence = silence;
    this.#count = count;
    this.#send = send;
    onSubmit("question-form", (form, fields) => this.#stream ? this.#stop() : this.#ask(fields));
    addEventListener("storage", () => document.hidden || this.resume());
  }

  resume() {
    // What a storage event says may be older than what is stored
    const id = localStorage.getItem(KEY);
    if (id && id !== this.#id) {
      this.#open(id);
    }
    this.#stream?.resume();
  }

  pause() {
    this.#stream?.pause();
  }

  async #ask(fields) {
    const response = await this.#send("POST", "answers", fields);
    localStorage.setItem(KEY, response.headers.get("Location").split("/").pop());
    this.resume();
  }

  /** The server ends the answer, and tells so in all tabs. */
  #stop() {
    return this.#send("DELETE", "answers/" + encodeURIComponent(this.#id));
  }

  #open(id) {
    this.#stream?.pause();
    this.#id = id;
    this.#words = 0;
    $("asked").textContent = "";
    $("answer").replaceChildren();
    this.#stream = new Stream("events/answers/" + encodeURIComponent(id), {
      types: ["question", "token", "done", "gap"],
      silence: this.#silence,
      onEvent: (event) => this.#receive(event),
      onState: (...state) => this.#tell(...state)
    });
    $("connection-answer").hidden = false;
    $("ask").textContent = "Stop";
    $("answer").ariaBusy = "true";
    $("answer-state").textContent = "Waiting for the first word";
  }

  #close(state) {
    const stream = this.#stream;
    this.#stream = null;
    stream?.pause();
    $("connection-answer").hidden = true;
    $("ask").textContent = "Ask";
    $("answer").ariaBusy = "false";
    $("answer-state").textContent = state;
  }

  #receive(event) {
    this.#count(event);
    if (event.type === "question") {
      $("asked").textContent = event.data;
    }
    else if (event.type === "token") {
      $("answer").append(event.data);
      $("answer-state").textContent = ++this.#words + " words";
    }
    else if (event.type === "done") {
      this.#close(this.#words + " words, done");
    }
    else {
      $("answer").append(" […]");
      JSON.parse(event.data).cause === "failed" && this.#close(this.#words + " words, then the model failed");
    }
  }

  #tell(state, reconnects, status) {
    show("answer")(state, reconnects, status);
    if (state === "ended") {
      this.#close(this.#words + " words, stopped");
    }
    else if (status === 404) {
      // Unless another tab has asked another question
      localStorage.getItem(KEY) === this.#id && localStorage.removeItem(KEY);
      this.#close(this.#words > 0 ? this.#words + " words; the server does not know this answer any more"
        : "The last answer is not kept any more. Ask again.");
    }
  }

}
