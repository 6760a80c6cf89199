import { Answer } from "./answer.js";
import { Chart } from "./chart.js";
import { $, append, request, show } from "./page.js";
import { Rooms } from "./rooms.js";
import { SharedStream } from "./shared-stream.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");

// --- What to do with an event of each type

const handlers = {
  tick: ({ data }) => showTime(new Date(data)),
  status: ({ data }) => showStatus(data),
  price: ({ data }) => addPrice(JSON.parse(data)),
  // Some events were missed, and the server says so; nothing to do here but to show it in the log
  gap: () => {}
};

function receive(event) {
  handlers[event.type](event);
  count(event);
}

// --- The connections: a browser allows six to a server over HTTP/1.1, for all its tabs and all its requests. The pages
// --- that are seen have one for all their clocks and prices; each has another one, and a third one while there is an
// --- answer to show. A page that nobody sees needs none. It misses nothing: each stream goes on after the last event
// --- that the page has.

const settings = await (await request("GET", "settings")).json();
const dashboard = SharedStream.open("events/dashboard", {
  types: ["tick", "status", "price", "gap"],
  silence: settings.silence,
  onEvent: receive,
  onState: show("dashboard")
});
const connected = [dashboard, new Rooms(settings, count, send), new Answer(settings, count, send)];

function connect() {
  connected.forEach((stream) => document.hidden ? stream.pause() : stream.resume());
}

document.addEventListener("visibilitychange", connect);
addEventListener("pageshow", connect);
// A page that was left may be kept for the way back, but not with a connection, a channel or a lock
addEventListener("pagehide", () => connected.forEach((stream) => stream.pause()));
connect();

/** Sends a request. If it takes long, it may be waiting for a connection: then the streams make room. */
async function send(method, url, body) {
  const room = setTimeout(() => connected.forEach((stream) => stream.pause()), 500);
  try {
    return await request(method, url, body);
  }
  finally {
    clearTimeout(room);
    connect();
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

// --- The log of events

const SHOWN = 100;
const UNSHOWN_AT_FIRST = ["price", "token"];
const filters = new Map();
let rows = [];
let arrivals = [];
let total = 0;
let paused = false;

["tick", "status", "price", "message", "question", "token", "done", "gap"].forEach(addFilter);

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
    row.insertCell().textContent = event.id || "none";
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
