import { find, make, write } from './elements.js'
import { Connection } from './stream.js'

const ENTRIES = 300
const CHARACTERS = 10_000

const form = find('open-form')
const list = find('events')
const button = find('open')

let stream
let base
let connection
let waiting = []
let drawing = false

form.addEventListener('submit', (event) => {
  event.preventDefault()
  if (connection) close('Closed')
  else open()
})
form.addEventListener('input', describe)
find('clear').addEventListener('click', () => {
  waiting = []
  list.replaceChildren()
})

/** Shows the form for another stream. */
export function choose(chosen, root, topics) {
  if (stream?.name !== chosen.name) {
    if (connection) close('')
    show('', '')
    form.reset()
    list.replaceChildren()
    waiting = []
  }
  stream = chosen
  base = root
  find('live').hidden = stream.paths.length === 0
  find('live-topics').hidden = !named()
  find('live-types').hidden = stream.typesParameter === ''
  if (topics) form.elements.topics.value = topics.join('\n')
  form.elements.topics.rows = Math.min(4, Math.max(1, chosenTopics().length))
  describe()
}

/** Follows certain topics. */
export function follow(topics) {
  if (connection) close('')
  form.elements.topics.value = topics.join('\n')
  describe()
  open()
}

/** Whether requests name topics. */
function named() {
  return stream.topics !== undefined && !stream.topics.byPrincipal
}

function chosenTopics() {
  return named() ? form.elements.topics.value.split('\n').filter((topic) => topic !== '') : []
}

/** The address of the stream, as any client would have it. */
function url() {
  const topics = chosenTopics()
  const withTopic = stream.paths.find((path) => path.includes('{topic}'))
  const without = stream.paths.find((path) => !path.includes('{topic}'))
  const one = named() && withTopic && (topics.length === 1 || !without)
  const path = one ? withTopic.replace('{topic}', () => encodeURIComponent(topics[0] ?? '')) : without ?? withTopic
  const address = new URL(base + path.slice(1), location.href)
  if (!one) topics.forEach((topic) => address.searchParams.append('topic', topic))
  const types = form.elements.types.value.trim()
  if (types && stream.typesParameter) address.searchParams.set(stream.typesParameter, types)
  return address
}

function describe() {
  if (stream.paths.length === 0) return
  const id = form.elements.lastEventId.value
  write(find('command'), `curl -N ${id ? `-H ${quoted(`Last-Event-ID: ${id}`)} ` : ''}${quoted(url().href)}`)
}

function quoted(text) {
  return `'${text.replaceAll("'", "'\\''")}'`
}

function open() {
  button.textContent = 'Close'
  const opened = new Connection(url(), form.elements.lastEventId.value, {
    state(kind, text) {
      if (connection && connection !== opened) return
      show(kind, text)
      if (kind === 'closed') close(text)
    },
    entry(entry) {
      if (connection === opened) add(entry)
    }
  })
  connection = opened
}

function close(text) {
  connection?.close()
  connection = undefined
  button.textContent = 'Open'
  show('closed', text)
}

function show(kind, text) {
  const state = find('connection')
  state.dataset.kind = kind
  write(state, text)
}

function add(entry) {
  waiting.push({ ...entry, time: new Date() })
  if (waiting.length > ENTRIES) waiting.shift()
  if (!drawing) {
    drawing = true
    requestAnimationFrame(draw)
  }
}

function draw() {
  drawing = false
  list.prepend(...waiting.reverse().map(row))
  waiting = []
  while (list.childElementCount > ENTRIES) list.lastElementChild.remove()
}

function row({ kind, id, type, data, time }) {
  const names = { comment: data === '' ? 'heartbeat' : 'comment', retry: 'retry', id: 'id only' }
  const shown = data.length > CHARACTERS ? `${data.slice(0, CHARACTERS)}… ${data.length - CHARACTERS} more characters` : data
  const unit = kind === 'retry' ? `${shown} ms` : shown
  const head = make('p', {}, make('time', { text: time.toLocaleTimeString('en-GB') }),
    make('b', { text: names[kind] ?? type }))
  if (id) head.append(make('code', { text: id, title: 'Id of the event' }))
  return make('li', { className: kind }, head, ...(unit === '' && kind === 'comment' ? [] : [make('pre', { text: unit })]))
}
