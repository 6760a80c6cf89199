const CHUNK_LIMIT = 32 * 1024 * 1024

/** Reads the format of event streams (WHATWG HTML, 9.2.6), and loses nothing of it. */
export class Parser {
  #decoder = new TextDecoder()
  #rest = ''
  #skipLineFeed = false
  #block = {}
  #lastEventId
  #entry

  /** @param entry called with each event, comment, reconnection time and lone id */
  constructor(lastEventId, entry) {
    this.#lastEventId = lastEventId
    this.#entry = entry
  }

  get lastEventId() {
    return this.#lastEventId
  }

  push(bytes) {
    let text = this.#decoder.decode(bytes, { stream: true })
    if (this.#skipLineFeed && text !== '') {
      if (text[0] === '\n') text = text.slice(1)
      this.#skipLineFeed = false
    }
    this.#skipLineFeed = text.endsWith('\r')
    const lines = (this.#rest + text).split(/\r\n|\r|\n/)
    this.#rest = lines.pop()
    if (this.#rest.length > CHUNK_LIMIT) throw new Error('A line is too long')
    lines.forEach((line) => this.#line(line))
  }

  #line(line) {
    if (line === '') return this.#end()
    const colon = line.indexOf(':')
    if (colon === 0) return this.#entry({ kind: 'comment', data: line.slice(1).trim() })
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') this.#block.data = this.#block.data === undefined ? value : `${this.#block.data}\n${value}`
    else if (field === 'event') this.#block.type = value
    else if (field === 'id' && !value.includes('\0')) this.#block.id = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.#entry({ kind: 'retry', data: value })
  }

  #end() {
    const { id, type, data } = this.#block
    this.#block = {}
    if (id !== undefined) this.#lastEventId = id
    if (data !== undefined) this.#entry({ kind: 'event', id: this.#lastEventId, type: type || 'message', data })
    else if (id !== undefined) this.#entry({ kind: 'id', data: id })
  }
}

/** Follows a stream as an EventSource does, and says what that would not. */
export class Connection {
  #url
  #listener
  #lastEventId
  #retry = 3000
  #abort = new AbortController()
  #timer

  /** @param listener has state(kind, text) and entry(entry) */
  constructor(url, lastEventId, listener) {
    this.#url = url
    this.#lastEventId = lastEventId
    this.#listener = listener
    this.#open()
  }

  close() {
    clearTimeout(this.#timer)
    this.#abort.abort()
  }

  async #open() {
    this.#listener.state('connecting', 'Connecting')
    let reason = 'The response has ended'
    try {
      const response = await fetch(this.#url, { headers: this.#headers(), cache: 'no-store', signal: this.#abort.signal })
      const obstacle = this.#obstacle(response)
      if (obstacle) {
        await response.body?.cancel()
        return this.#listener.state('closed', obstacle)
      }
      this.#listener.state('open', `Open (${response.status})`)
      await this.#read(response.body.getReader())
    } catch (error) {
      reason = error.message
    }
    if (!this.#abort.signal.aborted) this.#comeBack(reason)
  }

  #headers() {
    const headers = { Accept: 'text/event-stream' }
    // Headers are bytes, which servers decode as UTF-8
    if (this.#lastEventId) headers['Last-Event-ID'] = String.fromCharCode(...new TextEncoder().encode(this.#lastEventId))
    return headers
  }

  /** Why an EventSource would give up. */
  #obstacle(response) {
    const type = response.headers.get('Content-Type') ?? 'no content type'
    const where = response.redirected ? ` after a redirect to ${new URL(response.url).pathname}` : ''
    if (response.status === 204) return 'The server says that the stream has ended (204); an EventSource gives up'
    if (response.status !== 200) return `The server answered ${response.status}${where}; an EventSource gives up`
    if (!/^text\/event-stream\s*(;|$)/i.test(type)) return `The server answered with ${type}${where}; an EventSource gives up`
  }

  async #read(reader) {
    const parser = new Parser(this.#lastEventId, (entry) => {
      if (entry.kind === 'retry') this.#retry = Number(entry.data)
      this.#listener.entry(entry)
    })
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return
        parser.push(value)
        this.#lastEventId = parser.lastEventId
      }
    } finally {
      reader.cancel().catch(() => {})
    }
  }

  #comeBack(reason) {
    this.#listener.state('connecting', `${reason}; comes back after ${this.#retry / 1000} s`)
    this.#timer = setTimeout(() => this.#open(), Math.min(this.#retry, 2 ** 31 - 1))
  }
}
