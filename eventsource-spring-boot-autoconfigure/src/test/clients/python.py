# Follows the streams that lines of JSON on standard input name, and prints what it sees as lines of JSON
import json
import sys
import threading

from event_stream import EventStream

printing = threading.Lock()


def report(client, **seen):
    with printing:
        print(json.dumps({"client": client, **seen}), flush=True)


class ReportingStream(EventStream):
    """Reports what it does, and is closed by a test."""

    def __init__(self, url, client):
        super().__init__(url)
        self.client = client
        self.closed = False

    def connect(self):
        if self.closed:
            sys.exit()  # of this thread
        response = super().connect()
        if response.status == 200:
            report(self.client, opened=True)
        return response

    def follow(self):
        for event_type, data, last_event_id in self:
            if self.closed:
                return
            report(self.client, type=event_type, data=data, lastEventId=last_event_id)
        report(self.client, stopped=True)


streams = {}
for line in sys.stdin:
    command = json.loads(line)
    number = command["client"]
    if "url" in command:
        streams[number] = ReportingStream(command["url"], number)
        threading.Thread(target=streams[number].follow, daemon=True).start()
    else:
        streams.pop(number).closed = True
