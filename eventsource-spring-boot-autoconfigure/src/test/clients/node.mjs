// Follows the streams that lines of JSON on standard input name, and prints what it sees as lines of JSON
import { createInterface } from "node:readline";
import { EventSource } from "eventsource";
import { follow } from "./eventsource.mjs";
import { report } from "./report.mjs";

const open = new Map();
for await (const line of createInterface({ input: process.stdin })) {
  const { client, url, types } = JSON.parse(line);
  if (url) {
    open.set(client, follow(EventSource, url, types, report(client, (seen) => console.log(JSON.stringify(seen)))));
  } else {
    open.get(client)();
  }
}
process.exit();
