# Follows a stream, with nothing but Python's standard library
import time
import urllib.error
import urllib.request


class EventStream:
    """Yields the events of a stream as (type, data, id), and comes back until the stream has ended."""

    def __init__(self, url):
        self.url = url
        self.last_event_id = ""
        self.retry = 3.0

    def __iter__(self):
        while True:
            try:
                with self.connect() as response:
                    if response.status == 204:
                        return  # the stream has ended
                    yield from self.read(response)
            except urllib.error.HTTPError:
                raise  # refused
            except OSError:
                pass  # cut off: an event that has arrived in part does not count
            time.sleep(self.retry)

    def connect(self):
        request = urllib.request.Request(self.url, headers={"Accept": "text/event-stream"})
        if self.last_event_id:
            request.add_header("Last-Event-ID", self.last_event_id.encode())
        return urllib.request.urlopen(request, timeout=60)  # longer than a heartbeat

    def read(self, response):
        event_id, event_type, data = self.last_event_id, "", []
        for line in response:  # in bytes: lines of text would also end with U+0085, U+2028 and others
            field, _, value = line.decode().rstrip("\n").partition(":")
            value = value.removeprefix(" ")
            if field == "id":
                event_id = value
            elif field == "event":
                event_type = value
            elif field == "data":
                data.append(value)
            elif field == "retry":
                self.retry = int(value) / 1000
            elif line == b"\n":
                self.last_event_id = event_id
                if data:  # else the block has an id, and nothing more
                    yield event_type or "message", "\n".join(data), event_id
                event_type, data = "", []
