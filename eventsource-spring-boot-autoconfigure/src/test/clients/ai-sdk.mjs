// Chats by the AI SDK as React's useChat does, one for each tab, and says what each tab shows
import { createInterface } from "node:readline";
import { AbstractChat, DefaultChatTransport } from "ai";

const api = process.argv[2];
const tabs = new Map();

class Chat extends AbstractChat {
  constructor(tab, id) {
    super({
      id,
      transport: new DefaultChatTransport({ api }),
      state: new State((shown) => console.log(JSON.stringify({ tab, ...shown }))),
    });
  }
}

class State {
  #status = "ready";
  #error;
  #messages = [];

  constructor(show) {
    this.show = () => {
      const answers = this.#messages.filter((message) => message.role === "assistant").map((message) =>
        message.parts.filter((part) => part.type === "text").map((part) => part.text).join(""));
      show({ status: this.#status, error: this.#error?.message ?? "", answers });
    };
  }
  get status() { return this.#status; }
  set status(status) { this.#status = status; this.show(); }
  get error() { return this.#error; }
  set error(error) { this.#error = error; this.show(); }
  get messages() { return this.#messages; }
  set messages(messages) { this.#messages = messages; this.show(); }
  pushMessage = (message) => { this.messages = [...this.#messages, message]; };
  popMessage = () => { this.messages = this.#messages.slice(0, -1); };
  replaceMessage = (index, message) => {
    this.messages = this.#messages.map((old, i) => (i === index ? message : old));
  };
  snapshot = (value) => structuredClone(value);
}

createInterface({ input: process.stdin }).on("line", (line) => {
  const { tab, chat, ask, resume, leave } = JSON.parse(line);
  if (!tabs.has(tab)) {
    tabs.set(tab, new Chat(tab, chat));
  }
  const shown = tabs.get(tab);
  if (ask) {
    shown.sendMessage({ text: ask });
  } else if (resume) {
    shown.resumeStream().then(() => shown.state.show());
  } else if (leave) {
    shown.stop();
  }
});
