// Follows a stream with @microsoft/fetch-event-source, which must be told when to come back and when not to
import { fetchEventSource } from "@microsoft/fetch-event-source";

class Ended extends Error {}

export function follow(url, seen) {
  const closing = new AbortController();
  let lastEventId = "";
  fetchEventSource(url, {
    signal: closing.signal,
    openWhenHidden: true,
    async onopen(response) {
      if (response.status === 204) {
        throw new Ended();
      }
      if (!response.ok) {
        throw new Error(`Status ${response.status}`);
      }
      seen.opened();
    },
    onmessage({ id, event, data }) {
      lastEventId = id || lastEventId;
      if (event || data) { // an id alone comes as a message of nothing
        seen.event(event || "message", data, lastEventId);
      }
    },
    onclose() {
      throw new Error("The response has ended"); // else it would not come back
    },
    onerror(error) {
      if (error instanceof Ended) {
        throw error; // else it would come back for ever
      }
    },
  }).catch(() => seen.stopped());
  return () => closing.abort();
}

// Does nothing that the library does not do by itself
export function followPlainly(url, seen) {
  const closing = new AbortController();
  fetchEventSource(url, {
    signal: closing.signal,
    onmessage: ({ id, event, data }) => seen.event(event, data, id),
  }).then(seen.stopped);
  return () => closing.abort();
}
