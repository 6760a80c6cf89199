let csrf

/** What the streams are doing. */
export async function streams() {
  const report = await answer(await fetch('streams', { cache: 'no-store' }))
  csrf = report.csrf
  return report
}

/** The clients of a stream. */
export async function clients(stream) {
  return answer(await fetch(`clients?${new URLSearchParams({ stream })}`, { cache: 'no-store' }))
}

/** Disconnects, stops or publishes. */
export async function perform(action, order) {
  const headers = { 'Content-Type': 'application/json' }
  if (csrf) headers[csrf.name] = csrf.value
  return answer(await fetch(action, { method: 'POST', headers, body: JSON.stringify(order) }))
}

async function answer(response) {
  const type = response.headers.get('Content-Type') ?? ''
  if (type.startsWith('application/json')) {
    const body = await response.json()
    if (response.ok) return body
    throw new Error(body.error ?? `The server answered ${response.status}`)
  }
  throw new Error(response.redirected || response.status === 401 ? 'You are not signed in any more: reload this page'
    : response.status === 403 ? 'The server does not allow this (403)' : `The server answered ${response.status}`)
}
