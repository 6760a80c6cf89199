// Follows a stream with EventSource, of the browser or of npm, which resumes by itself
export function follow(EventSource, url, types, seen) {
  const source = new EventSource(url);
  source.onopen = () => seen.opened();
  for (const type of types) {
    source.addEventListener(type, (event) => seen.event(event.type, event.data, event.lastEventId));
  }
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) {
      seen.stopped(); // after 204, or any status but 200; else it comes back by itself
    }
  };
  return () => source.close();
}
