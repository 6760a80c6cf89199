// What the test calls in Chromium
import { follow } from "./eventsource.mjs";
import { report } from "./report.mjs";

const open = new Map();
const log = [];

window.clients = {
  async open(client, kind, url, types) {
    const seen = report(client, (object) => log.push(object));
    if (kind === "eventsource") {
      open.set(client, follow(EventSource, url, types, seen));
    } else {
      const { follow, followPlainly } = await import("./fetch-event-source.mjs");
      open.set(client, (kind === "fetch-event-source" ? follow : followPlainly)(url, seen));
    }
  },
  close: (client) => open.get(client)(),
  // In ASCII, since WebDriver cannot carry every character
  take: () => JSON.stringify(log.splice(0))
    .replace(/[^ -~]/g, (c) => "\\u" + c.charCodeAt(0).toString(16).padStart(4, "0")),
};
