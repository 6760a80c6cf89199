self.addEventListener("fetch", (event) => {
  if (event.request.headers.get("accept") === "text/event-stream") {
    return; // without respondWith the browser asks the server directly, and comes back by itself
  }
  event.respondWith(fetch(event.request));
});
