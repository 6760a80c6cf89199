/** The element with an id, or the first below it that a selector matches. */
export function find(id, selector) {
  const element = document.getElementById(id)
  return selector ? element.querySelector(selector) : element
}

/** Makes an element. Text is only ever text. */
export function make(name, { text, className, title, click } = {}, ...children) {
  const element = document.createElement(name)
  if (text !== undefined) element.textContent = text
  if (className) element.className = className
  if (title) element.title = title
  if (click) {
    element.type = 'button'
    element.addEventListener('click', click)
  }
  element.append(...children)
  return element
}

/** Changes the text of an element only if it is another, so that a selection survives. */
export function write(element, text) {
  if (element.textContent !== String(text)) element.textContent = text
}

/**
 * The rows of a table, which stay the same elements while what they show changes, so that
 * nobody loses the focus.
 */
export class Rows {
  #body
  #key
  #make
  #rows = new Map()

  /**
   * @param key the name of the property that tells items apart
   * @param make makes the cells of a row for a key, and a function that fills them
   */
  constructor(body, key, make) {
    this.#body = body
    this.#key = key
    this.#make = make
  }

  show(items) {
    const keys = new Set(items.map((item) => item[this.#key]))
    for (const [old, row] of this.#rows) {
      if (!keys.has(old)) {
        row.element.remove()
        this.#rows.delete(old)
      }
    }
    let next = this.#body.firstElementChild
    for (const item of items) {
      const key = item[this.#key]
      let row = this.#rows.get(key)
      if (!row) {
        const { cells, fill } = this.#make(key)
        row = { element: make('tr', {}, ...cells), fill }
        this.#rows.set(key, row)
      }
      row.fill(item, row.element)
      if (row.element === next) {
        next = next.nextElementSibling
      } else {
        this.#body.insertBefore(row.element, next)
      }
    }
  }
}

export function cell(text = '', className = '') {
  return make('td', { text, className })
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 })

export function number(value) {
  return value === undefined ? '' : whole.format(value)
}

export function rate(value) {
  return value === undefined ? '…' : value < 100 ? short.format(value) : whole.format(value)
}

export function size(bytes) {
  if (bytes === undefined) return '…'
  if (bytes < 1024) return `${whole.format(bytes)} B`
  if (bytes < 1024 * 1024) return `${short.format(bytes / 1024)} KB`
  return `${short.format(bytes / 1024 / 1024)} MB`
}

export function duration(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
