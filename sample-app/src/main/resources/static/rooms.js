import { $, append, onSubmit, show } from "./page.js";
import { Stream } from "./streams.js";

const FIRST = "Lobby";
const SHOWN = 200;

/**
 * The room that the page is in, which is the fragment of its URL: a reload stays in it, and the way back leads to the
 * room before.
 */
export class Rooms {

  #count;
  #room;
  #stream;

  /**
   * @param count is called with each event
   * @param send sends a request
   */
  constructor(count, send) {
    this.#count = count;
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
      fields.set("room", this.#room);
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
    if (room === this.#room) {
      return;
    }
    this.#stream?.pause();
    this.#room = room;
    this.#choose(room);
    $("messages").replaceChildren();
    $("no-messages").hidden = false;
    $("no-messages").textContent = `Nobody has said anything in ${room} yet. Open this page in a second tab, and write `
      + "something; then enter another room in a third one.";
    $("room-path").textContent = "/events/rooms/" + encodeURIComponent(room);
    this.#stream = new Stream("events/rooms/" + encodeURIComponent(room), ["message", "gap"], (event) => {
      event.type === "gap" ? addGap(JSON.parse(event.data)) : addMessage(JSON.parse(event.data));
      this.#count(event);
    }, show("room"));
    if (!document.hidden) {
      this.#stream.resume();
    }
  }

  #choose(room) {
    const links = [...$("rooms").querySelectorAll("a")];
    const chosen = links.find((link) => link.textContent === room) ?? append($("rooms"), "a", "", room);
    chosen.href = "#" + encodeURIComponent(room);
    links.forEach((link) => link.removeAttribute("aria-current"));
    chosen.setAttribute("aria-current", "true");
    $("message-label").textContent = "Message to all in " + room;
  }

}

/** A browser takes the two that are dots for folders. */
function isRoom(name) {
  return name !== "" && name.length <= 128 && !/[/\\\p{Cc}]/u.test(name) && name !== "." && name !== "..";
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

function addMessage({ text, time }) {
  const item = add("");
  append(item, "p", "", text);
  append(item, "time", "", new Date(time).toLocaleTimeString("en-GB")).dateTime = time;
}

function addGap({ cause }) {
  append(add("gap"), "p", "", cause === "restarted" ? "The server was restarted. What was said before is not kept, and "
    + "may not all have arrived here." : `Messages are missing here: ${cause}.`);
}

function add(className) {
  const list = $("messages");
  const item = append(list, "li", className);
  while (list.children.length > SHOWN) {
    list.firstChild.remove();
  }
  $("no-messages").hidden = true;
  // Once the item has its text; unless somebody reads further up
  if (list.scrollTop + list.clientHeight > list.scrollHeight - 96) {
    queueMicrotask(() => list.scrollTop = list.scrollHeight);
  }
  return item;
}
