# Prints the stream at $url behind the event $last, if that is not empty
exec curl --silent --no-buffer --include --header "Accept: text/event-stream" --header "Last-Event-ID: $last" "$url"
