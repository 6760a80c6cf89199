import { Rows, cell, duration, find, make, number, rate, size, write } from './elements.js'
import { choose, follow } from './live.js'
import { clients, perform, streams } from './server.js'

const INTERVAL = 2000

let report
let baseline
let rates = new Map()
let selected
let timer

const streamRows = new Rows(find('streams', 'tbody'), 'name', (name) => {
  const link = make('a', { text: name })
  link.href = `#${new URLSearchParams({ stream: name })}`
  const [state, ...numbers] = [cell(), ...Array.from({ length: 7 }, () => cell('', 'number'))]
  return {
    cells: [make('td', {}, link), state, ...numbers],
    fill(stream, row) {
      row.classList.toggle('current', stream.name === selected)
      if (stream.name === selected) link.setAttribute('aria-current', 'true')
      else link.removeAttribute('aria-current')
      fillState(state, stream.state)
      const now = rates.get(stream.name) ?? {}
      const values = [number(stream.clients), number(stream.lag), rate(now.published), rate(now.delivered),
        now.bytes === undefined ? '…' : size(now.bytes), memory(stream), number(stream.skipped)]
      values.forEach((value, i) => write(numbers[i], value))
    }
  }
})

const topicRows = new Rows(find('topics', 'tbody'), 'name', (name) => {
  const state = cell()
  const numbers = Array.from({ length: 3 }, () => cell('', 'number'))
  const buttons = make('td', { className: 'buttons' })
  if (!stream().topics.byPrincipal && stream().paths.length > 0) {
    buttons.append(make('button', { text: 'Follow', click: () => follow([name]) }))
  }
  if (may('STOP')) {
    buttons.append(make('button', { text: 'Stop', className: 'danger', click: () => stop(name) }))
  }
  return {
    cells: [cell(name, 'name'), state, ...numbers, buttons],
    fill(topic) {
      fillState(state, topic.state)
      const values = [topic.clients, topic.lag, topic.published]
      values.forEach((value, i) => write(numbers[i], number(value)))
    }
  }
})

const clientRows = new Rows(find('clients', 'tbody'), 'id', (id) => {
  const texts = Array.from({ length: 4 }, () => cell('', 'name'))
  const numbers = Array.from({ length: 3 }, () => cell('', 'number'))
  const buttons = make('td', { className: 'buttons' })
  if (may('DISCONNECT')) {
    buttons.append(make('button', { text: 'Disconnect', click: () => act('disconnect', { client: id }) }))
  }
  return {
    cells: [cell(id, 'name'), ...texts, ...numbers, buttons],
    fill(client, row) {
      row.classList.toggle('blocked', client.blocked)
      row.title = client.blocked ? 'Takes no more data at the moment' : ''
      const values = [client.user ?? '', client.address ?? '', client.topics.join(', '), client.types.join(', ')]
      values.forEach((value, i) => write(texts[i], value))
      const counts = [duration(client.age), number(client.lag), size(client.bytes)]
      counts.forEach((value, i) => write(numbers[i], value))
    }
  }
})

function fillState(cell, state) {
  write(cell, state.toLowerCase())
  cell.className = `state ${state.toLowerCase()}`
}

function memory(stream) {
  return `${size(stream.memory)} / ${size(stream.limit)}${stream.perClient ? ' each' : ''}`
}

function stream() {
  return report.streams.find((each) => each.name === selected)
}

function may(action) {
  return report.actions.includes(action)
}

async function act(action, order) {
  try {
    const result = await perform(action, order)
    await update()
    return result
  } catch (error) {
    say('failed', error.message)
  }
}

function stop(topic) {
  const what = topic === undefined ? `the stream "${selected}"` : `the topic "${topic}" of "${selected}"`
  if (confirm(`Stop ${what} for all clients? They are told not to come back.`)) {
    act('stop', { stream: selected, topic })
  }
}

function say(kind, text) {
  find('state').dataset.kind = kind
  write(find('state'), text)
}

/** Takes a reading, and computes rates from it and one of at least a second before. */
function read(next) {
  const seconds = baseline ? (next.clock - baseline.clock) / 1000 : 0
  if (seconds < 0 || seconds >= 1) {
    const before = new Map(baseline.streams.map((each) => [each.name, each]))
    rates = new Map(next.streams.map((now) => [now.name, difference(now, before.get(now.name), seconds)]))
  }
  if (seconds < 0 || seconds >= 1 || !baseline) baseline = next
  report = next
}

/** Counts that have become smaller are those of a server that has started again. */
function difference(now, before, seconds) {
  const counts = ['published', 'delivered', 'bytes']
  const valid = before && seconds > 0 && counts.every((count) => now[count] >= before[count])
  return valid ? Object.fromEntries(counts.map((count) => [count, (now[count] - before[count]) / seconds])) : {}
}

async function update() {
  clearTimeout(timer)
  try {
    read(await streams())
    show()
    await updateClients()
    say('live', 'live')
  } catch (error) {
    say('failed', error.message)
  }
  clearTimeout(timer)
  if (!document.hidden) timer = setTimeout(update, INTERVAL)
}

async function updateClients() {
  const name = selected
  if (!stream()) return
  const found = await clients(name)
  if (name === selected) showClients(found)
}

function show() {
  const all = report.streams
  const sum = (count) => all.reduce((total, each) => total + each[count], 0)
  write(find('summary'), `${number(all.length)} streams, ${number(sum('clients'))} clients`)
  find('no-streams').hidden = all.length > 0
  streamRows.show(all)
  const chosen = stream()
  find('selected').hidden = !chosen
  if (chosen) showSelected(chosen)
}

function showSelected(chosen) {
  write(find('stream-name'), chosen.name)
  write(find('stream-paths'), chosen.paths.join('   ') || 'has no path; opened by code only')
  find('stop').hidden = !may('STOP')
  find('disconnect-all').hidden = !may('DISCONNECT')
  const counts = { Published: chosen.published, Delivered: chosen.delivered, Replayed: chosen.replayed,
    Filtered: chosen.filtered, Skipped: chosen.skipped, Restarts: chosen.restarts }
  find('counts').replaceChildren(...Object.entries(counts).map(([name, count]) =>
    make('div', {}, make('dt', { text: name }), make('dd', { text: number(count) }))))
  find('topics').hidden = !chosen.topics
  const topics = chosen.topics?.busiest ?? []
  if (chosen.topics) {
    write(find('topics-count'), `${number(chosen.topics.count)} topics, ${number(chosen.topics.sources)} running sources`
      + (chosen.topics.count > topics.length ? `; those with ${topics.length > 0 ? 'the most ' : ''}clients are shown` : ''))
  }
  topicRows.show(topics)
  find('publish').hidden = !may('PUBLISH') || !chosen.publish
  find('publish-topic').hidden = !chosen.topics
}

function showClients({ count, clients }) {
  write(find('clients-count'), `${number(count)} clients`
    + (count > clients.length ? `; those ${clients.length} that lag the most are shown` : ''))
  clientRows.show(clients)
}

/** The address of the page says what it shows. */
async function navigate() {
  const parameters = new URLSearchParams(location.hash.slice(1))
  selected = parameters.get('stream') ?? undefined
  topicRows.show([])
  clientRows.show([])
  write(find('published'), '')
  if (!report) return
  show()
  if (stream()) {
    choose(stream(), root(), parameters.has('topic') ? parameters.getAll('topic') : undefined)
    find('publish-topic', 'input').value = parameters.get('topic') ?? ''
    await update()
  }
}

/** Where the application is: above the path of the console, also behind a proxy. */
function root() {
  const here = new URL('.', location.href).pathname
  return here.slice(0, here.length - report.path.length)
}

find('stop').addEventListener('click', () => stop())
find('disconnect-all').addEventListener('click', () => {
  if (confirm(`Disconnect all clients of the stream "${selected}"? They may come back.`)) {
    act('disconnect', { stream: selected })
  }
})
find('publish-form').addEventListener('submit', async (event) => {
  event.preventDefault()
  const fields = event.target.elements
  const topic = stream().topics ? fields.topic.value : undefined
  const result = await act('publish', { stream: selected, topic, type: fields.type.value, data: fields.data.value })
  write(find('published'), result ? `Published at ${new Date().toLocaleTimeString('en-GB')}` : '')
})
addEventListener('hashchange', navigate)
document.addEventListener('visibilitychange', () => document.hidden || update())

await update()
await navigate()
