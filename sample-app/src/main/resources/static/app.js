import { Chart } from "./chart.js";
import { eventsOf, Stream } from "./streams.js";

const $ = (id) => document.getElementById(id);
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// --- What to do with an event of each type

const handlers = {
  tick: ({ data }) => showTime(new Date(data)),
  status: ({ data }) => showStatus(data),
  price: ({ data }) => addPrice(JSON.parse(data)),
  message: ({ data }) => addMessage(JSON.parse(data)),
  // Some events were missed, and the server says so; nothing to do here but to show it in the log
  gap: () => {}
};

function receive(event) {
  handlers[event.type](event);
  count(event);
}

// --- The connections: a browser allows six to a server over HTTP/1.1, for all its tabs and all its requests. Two for
// --- each page leave room for a second window and for what the forms send; a page that nobody sees needs but one.

const dashboard = new Stream("events/dashboard", ["tick", "status", "price", "gap"], receive, show("dashboard"));
const messages = new Stream("events/messages", ["message", "gap"], receive, show("messages"));

function show(name) {
  const connection = $("connection-" + name);
  return (state, reconnects) => {
    connection.dataset.state = state;
    connection.querySelector(".state").textContent = state;
    connection.querySelector(".reconnects").textContent = `${reconnects} reconnect${reconnects === 1 ? "" : "s"}`;
  };
}

addEventListener("pageshow", () => {
  messages.resume();
  followVisibility();
});

// A page that was left may be kept for the way back, and its connections with it
addEventListener("pagehide", () => {
  messages.pause();
  dashboard.pause();
});

document.addEventListener("visibilitychange", followVisibility);

function followVisibility() {
  if (document.hidden) {
    dashboard.pause();
  }
  else {
    dashboard.resume();
  }
}

// --- Clock and status

function showTime(date) {
  const pad = (number, length = 2) => String(number).padStart(length, "0");
  $("time").textContent = [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => pad(part)).join(":");
  $("time").dateTime = date.toISOString();
  $("date").textContent = date.toLocaleDateString("en", { dateStyle: "full" });
  $("second-hand").style.width = (date.getSeconds() + 1) / 0.6 + "%";
}

function showStatus(json) {
  const { heap } = JSON.parse(json);
  const megabytes = (bytes) => Math.round(bytes / 1024 ** 2);
  $("status").textContent = json;
  $("heap").max = heap.max;
  $("heap").value = heap.used;
  $("heap-text").textContent = `${megabytes(heap.used)} of ${megabytes(heap.max)} MiB`;
}

// --- Prices

const charts = new Map();

function addPrice({ symbol, price, time }) {
  const figure = charts.get(symbol) ?? addChart(symbol);
  figure.last = figure.chart.add(Date.parse(time), price);
  draw();
}

function addChart(symbol) {
  const element = document.createElement("figure");
  const caption = append(element, "figcaption", "");
  append(caption, "span", "symbol", symbol);
  const figure = { price: append(caption, "span", "price"), change: append(caption, "span", "change") };
  const canvas = append(append(element, "div", "plot"), "canvas", "");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `Price of ${symbol} in the last minute`);
  figure.chart = new Chart(canvas);
  charts.set(symbol, figure);
  charts.size === 1 && new ResizeObserver(draw).observe($("charts"));
  const after = [...$("charts").children].find((other) => other.textContent > symbol);
  $("charts").insertBefore(element, after ?? null);
  return figure;
}

function drawAll() {
  for (const { chart, last, price, change } of charts.values()) {
    const percent = Math.abs(last.change / (last.value - last.change) * 100);
    price.textContent = last.value.toFixed(2);
    change.textContent = `${last.change < 0 ? "▼" : "▲"} ${Math.abs(last.change).toFixed(2)} (${percent.toFixed(2)} %)`;
    change.title = `Change over the last ${last.seconds} s`;
    change.dataset.sign = Math.sign(last.change);
    chart.draw();
  }
}

// --- Messages, with those that came while the page was hidden counted in its title

const title = document.title;
let unread = 0;

document.addEventListener("visibilitychange", () => {
  unread = 0;
  document.title = title;
});

function addMessage({ text, time }) {
  const list = $("messages");
  const atEnd = list.scrollTop + list.clientHeight > list.scrollHeight - 24;
  const item = append(list, "li", "");
  append(item, "p", "", text);
  append(item, "time", "", new Date(time).toLocaleTimeString("en-GB")).dateTime = time;
  while (list.children.length > 200) {
    list.firstChild.remove();
  }
  if (atEnd) {
    list.scrollTop = list.scrollHeight;
  }
  $("no-messages").hidden = true;
  if (document.hidden) {
    document.title = `(${++unread}) ${title}`;
  }
}

onSubmit("message-form", async (form, fields) => {
  const button = form.querySelector("button");
  button.disabled = true;
  try {
    await post("messages", fields);
    form.reset();
  }
  finally {
    button.disabled = false;
  }
});

// --- Answers: an EventSource can only GET, so this stream is the response to a POST, read by fetch

let answering = null;

onSubmit("question-form", async (form, fields) => {
  if (answering) {
    answering.abort();
    return;
  }
  answering = new AbortController();
  const button = form.querySelector("button");
  button.textContent = "Stop";
  $("answer").replaceChildren();
  $("answer").ariaBusy = "true";
  $("answer-state").textContent = "Waiting for the first word";
  let words = 0;
  try {
    for await (const event of eventsOf(await post("answers", fields, answering.signal))) {
      count(event);
      if (event.type === "word") {
        $("answer").append(event.data);
        $("answer-state").textContent = ++words + " words";
      }
      else if (event.type === "done") {
        $("answer-state").textContent = event.data + ", done";
      }
    }
  }
  catch (problem) {
    $("answer-state").textContent = words + " words, not finished";
    if (problem.name !== "AbortError") {
      throw problem;
    }
  }
  finally {
    answering = null;
    button.textContent = "Ask";
    $("answer").ariaBusy = "false";
  }
});

// --- The log of events

const SHOWN = 100;
const UNSHOWN_AT_FIRST = ["price", "word"];
const filters = new Map();
let rows = [];
let arrivals = [];
let total = 0;
let paused = false;

["tick", "status", "price", "message", "word", "done", "gap"].forEach(addFilter);

function addFilter(type) {
  const label = append($("filters"), "label", "filter");
  const box = append(label, "input", "");
  box.type = "checkbox";
  box.checked = !UNSHOWN_AT_FIRST.includes(type);
  label.append(type);
  const filter = { box, number: append(label, "span", "number", "0"), count: 0 };
  filters.set(type, filter);
  return filter;
}

function count(event) {
  const filter = filters.get(event.type) ?? addFilter(event.type);
  filter.count++;
  total++;
  arrivals.push(performance.now());
  if (!paused && filter.box.checked) {
    rows.unshift(event);
    rows.length = Math.min(rows.length, SHOWN);
  }
  draw();
}

function log() {
  const body = $("log").querySelector("tbody");
  for (const event of rows.splice(0).reverse()) {
    const row = body.insertRow(0);
    row.dataset.type = event.type;
    // A gap event has no id; what a browser tells with it is the id of the event before
    row.insertCell().textContent = event.type === "gap" ? "none" : event.id || "none";
    row.insertCell().textContent = event.type;
    row.insertCell().textContent = event.data.replaceAll("\n", " ↵ ");
  }
  while (body.rows.length > SHOWN) {
    body.lastChild.remove();
  }
  for (const { number, count } of filters.values()) {
    number.textContent = count;
  }
  $("total").textContent = total.toLocaleString("en");
}

setInterval(() => {
  const since = performance.now() - 5000;
  arrivals = arrivals.filter((time) => time > since);
  $("rate").textContent = Math.round(arrivals.length / 5);
}, 1000);

$("pause").addEventListener("click", () => {
  paused = !paused;
  $("pause").textContent = paused ? "Resume" : "Pause";
  $("pause").ariaPressed = paused;
});

// --- Helpers

let drawing = false;

/** Brings everything up to date once before the next frame, or once a second where motion is unwelcome. */
function draw() {
  if (!drawing) {
    drawing = true;
    setTimeout(() => requestAnimationFrame(() => {
      drawing = false;
      drawAll();
      log();
    }), calm.matches ? 1000 : 0);
  }
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

/** Appends an element; text is only ever text, never HTML. */
function append(parent, name, className, text = "") {
  const element = document.createElement(name);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

function onSubmit(id, action) {
  const form = $(id);
  const problem = form.querySelector(".problem");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    try {
      await action(form, new URLSearchParams(new FormData(form)));
    }
    catch (error) {
      problem.textContent = error.message;
    }
  });
}

async function post(url, body, signal) {
  const headers = { Accept: "text/event-stream, application/problem+json" };
  const response = await fetch(url, { method: "POST", body, headers, signal }).catch((error) => {
    throw error.name === "AbortError" ? error : new Error("The server cannot be reached");
  });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({}));
    throw new Error(problem.detail ?? `The server answered ${response.status}`);
  }
  return response;
}
