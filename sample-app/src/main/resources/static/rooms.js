import { $, append, onSubmit, show } from "./page.js";
import { Stream } from "./streams.js";

const FIRST = "Lobby";
const SHOWN = 200;
const MOST_ROOMS = 32;

/**
 * The rooms, all over one connection, unless the server gives each a connection of its own: then only the one that is
 * shown has one. That one is the fragment of the URL: a reload stays in it, and the way back leads to the one before.
 */
export class Rooms {

  #silence;
  #count;
  #opened = Date.now();
  #chosen;
  #stream;
  /** Whether all rooms have one connection. */
  #together;
  /** What was said in each room, and how much of it has not been seen. */
  #rooms = new Map();

  /**
   * @param settings what the server says about streams
   * @param count is called with each event
   * @param send sends a request
   */
  constructor({ silence, roomsPerConnection }, count, send) {
    this.#silence = silence;
    this.#together = roomsPerConnection > 1;
    this.#count = count;
    for (const link of $("rooms").querySelectorAll("a")) {
      this.#rooms.set(link.dataset.room, { link, items: [], unread: 0 });
    }
    addEventListener("hashchange", () => this.#enter());
    onSubmit("room-form", (form, fields) => {
      const room = fields.get("room").trim();
      if (!isRoom(room)) {
        throw new Error("A room has a name without / and \\");
      }
      location.hash = encodeURIComponent(room);
      form.reset();
    });
    onSubmit("message-form", async (form, fields) => {
      fields.set("room", this.#chosen);
      await send("POST", "messages", fields);
      form.reset();
    });
    this.#enter();
  }

  resume() {
    this.#stream.resume();
  }

  pause() {
    this.#stream.pause();
  }

  #enter() {
    const room = asked();
    const known = this.#rooms.has(room);
    this.#chosen = room;
    if (!known) {
      this.#add(room);
    }
    if (!known || !this.#stream || !this.#together) {
      this.#watch();
    }
    for (const { link } of this.#rooms.values()) {
      link.removeAttribute("aria-current");
    }
    this.#rooms.get(room).link.setAttribute("aria-current", "true");
    $("message-label").textContent = "Message to all in " + room;
    $("no-messages").textContent = `Nobody has said anything in ${room} yet. Open this page in a second tab, and write `
      + "something; then enter another room in a third one.";
    this.#show();
  }

  #add(room) {
    const link = append($("rooms"), "a", "");
    append(link, "span", "name", room);
    append(link, "b", "");
    link.href = "#" + encodeURIComponent(room);
    this.#rooms.set(room, { link, items: [], unread: 0 });
    if (this.#rooms.size > MOST_ROOMS) {
      const other = [...this.#rooms.keys()].find((each) => each !== room && each !== FIRST);
      this.#rooms.get(other).link.remove();
      this.#rooms.delete(other);
    }
  }

  /** Without the id of the last event: the server then begins with what was said last, also in rooms that are new here. */
  #watch() {
    this.#stream?.pause();
    const rooms = [...this.#rooms.keys()];
    this.#rooms.forEach((room) => room.items = []);
    const url = this.#together ? "events/rooms?" + new URLSearchParams(rooms.map((room) => ["topic", room]))
      : "events/rooms/" + encodeURIComponent(this.#chosen);
    $("room-path").textContent = "/" + url;
    this.#stream = new Stream(url, {
      types: ["message", "gap"],
      silence: this.#silence,
      onEvent: (event) => this.#receive(event),
      onState: show("rooms")
    });
    if (!document.hidden) {
      this.#stream.resume();
    }
  }

  #receive(event) {
    this.#count(event);
    const data = JSON.parse(event.data);
    const name = this.#together ? roomOf(event, data) : this.#chosen;
    const room = this.#rooms.get(name);
    const item = event.type === "gap" ? gap(data) : message(data);
    room.items = [...room.items, item].slice(-SHOWN);
    if (name === this.#chosen) {
      this.#append(room, item);
    }
    else if (Date.parse(data.time) > this.#opened) {
      room.unread++;
      room.link.querySelector("b").textContent = room.unread;
    }
  }

  #show() {
    const room = this.#rooms.get(this.#chosen);
    room.unread = 0;
    room.link.querySelector("b").textContent = "";
    $("messages").replaceChildren(...room.items);
    $("messages").scrollTop = $("messages").scrollHeight;
    $("no-messages").hidden = room.items.length > 0;
  }

  #append(room, item) {
    const list = $("messages");
    // Unless somebody reads further up
    const atEnd = list.scrollTop + list.clientHeight > list.scrollHeight - 24;
    list.append(item);
    while (list.children.length > room.items.length) {
      list.firstChild.remove();
    }
    if (atEnd) {
      list.scrollTop = list.scrollHeight;
    }
    $("no-messages").hidden = true;
  }

}

/** The id of an event ends with its room; a gap event has no id, and names the room. */
function roomOf(event, data) {
  return event.type === "gap" ? data.topic : decodeURIComponent(event.id.slice(event.id.lastIndexOf("_") + 1));
}

function isRoom(name) {
  return name !== "" && name.length <= 128 && !/[/\\\p{Cc}]/u.test(name);
}

function asked() {
  try {
    const room = decodeURIComponent(location.hash.slice(1)).trim();
    return isRoom(room) ? room : FIRST;
  }
  catch {
    // Somebody has typed what is no encoded text
    return FIRST;
  }
}

function message({ text, time }) {
  const item = document.createElement("li");
  append(item, "p", "", text);
  append(item, "time", "", new Date(time).toLocaleTimeString("en-GB")).dateTime = time;
  return item;
}

function gap({ cause }) {
  const item = document.createElement("li");
  item.className = "gap";
  append(item, "p", "", cause === "restarted" ? "The server was restarted. What was said before is not kept, and may not "
    + "all have arrived here." : `Messages are missing here: ${cause}.`);
  return item;
}
