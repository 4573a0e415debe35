// A counsellor who registers one action after the other, through the forms, on one of the two servers.
// What is answered with 'Even geduld' is sent again, as that page offers it, until it is confirmed.
import { PASSWORD } from '../lib/demo.js'

/** Forms that are open beside the one that is sent. */
const FORMS = 3
/** How long a form is filled in, and the wait before one is sent again (milliseconds). */
const TYPING = 40
const AGAIN = 500
/** After which a form that is not confirmed ends the test (milliseconds). */
const PATIENCE = 60_000

export const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds))

/** Logs in; answers the cookie. */
export async function session(server, user) {
  const answer = await fetch(`${server}/aanmelden`, {
    method: 'POST',
    body: new URLSearchParams({ gebruikersnaam: user, wachtwoord: PASSWORD }),
    redirect: 'manual'
  })
  const cookie = answer.headers.getSetCookie().find(it => it.startsWith('sessie='))
  if (answer.status !== 303 || !cookie) throw new Error(`${user} cannot log in: ${answer.status}`)
  return cookie.split(';')[0]
}

/** The ongoing lines of the counsellor's organisation: address of each, and number of the client. */
export async function ongoingLines(server, cookie) {
  const answer = await fetch(`${server}/begeleidingen`, { headers: { cookie } })
  const html = await answer.text()
  const rows = html.matchAll(/href="(\/dossier\/\w+\/stappen\/\w+)"[^]*?kd-sub">(\d+)</g)
  return Array.from(rows, ([, line, client]) => ({ line, client }))
}

/** The notes on the page of a line's actions that begin with a word, with how often each is there. */
export async function notes(server, cookie, line, word) {
  const answer = await fetch(`${server}${line}/acties`, { headers: { cookie } })
  if (answer.status !== 200) throw new Error(`${line}/acties was answered with ${answer.status}`)
  const found = new Map()
  for (const [, note] of (await answer.text()).matchAll(/kd-typed">([^<]*)</g)) {
    if (note.startsWith(`${word} `)) found.set(note, (found.get(note) ?? 0) + 1)
  }
  return found
}

export class Writer {
  #stopped = false
  #number = 0

  constructor(ledger, name, server, cookie, lines) {
    Object.assign(this, { ledger, name, server, cookie, lines })
  }

  /**
   * Until stopped; what was begun is finished. There are always some forms open beside the one that is
   * being sent, as people have tabs: so there is something to send when no page can be opened.
   */
  async run() {
    const forms = []
    for (let i = 0; i < FORMS; i++) forms.push(await this.open())
    while (!this.#stopped) {
      const opened = this.open().then(form => forms.push(form))
      // Shown when it is awaited; a fault before that must not end the program.
      opened.catch(() => {})
      await pause(TYPING)
      await this.send(forms.shift())
      if (forms.length === 0 || this.#stopped) await opened
    }
  }

  stop() {
    this.#stopped = true
  }

  /** One action, from the empty form to the confirmation. */
  async register() {
    await this.send(await this.open())
  }

  /** A form for an action, filled in. */
  async open() {
    const line = this.lines[this.#number % this.lines.length]
    const path = `${line}/acties/nieuw`
    const note = `Uitval ${this.name} ${++this.#number}`
    const until = performance.now() + PATIENCE
    for (;;) {
      const answer = await this.ledger.ask(this.server, path, this.cookie)
      if (answer.status === 200) return { line, path, note, body: filled(answer.html, note) }
      await this.#wait(answer, path, until)
    }
  }

  /** Sends it until it is confirmed. */
  async send({ line, path, note, body }) {
    const { ledger, server } = this
    const key = body.get('sleutel')
    const until = performance.now() + PATIENCE
    for (let tries = 1; ; tries++) {
      const sent = performance.now()
      const answer = await ledger.ask(server, path, this.cookie, body)
      if (answer.status === 303) {
        const at = performance.now()
        ledger.confirmed.push({ note, line, server, at, sent, tries, body })
        const place = answer.headers.get('location')
        if (!place?.endsWith('/acties?gelukt=actie')) ledger.faults.push(`${path} led to ${place}`)
        return
      }
      await this.#wait(answer, path, until)
      if (answer.status !== 503) continue
      // What 'Opnieuw versturen' on that page would send.
      body = hidden(answer.html)
      if (body.get('sleutel') !== key || body.get('nota') !== note) {
        ledger.wrongPages.push(`${path}: the page does not keep the form`)
        throw new Error(`${note} was lost by the page 'Even geduld'`)
      }
    }
  }

  async #wait(answer, path, until) {
    this.ledger.mustWait(answer, path)
    if (performance.now() > until) throw new Error(`${path} was not answered in time`)
    await pause(AGAIN)
  }
}

/** The form for an action, as somebody fills it in. */
function filled(html, note) {
  const body = hidden(html)
  const [year, month, day] = /data-today="(\d+)-(\d+)-(\d+)"/.exec(html).slice(1)
  body.set('dag_actie_dag', day)
  body.set('dag_actie_maand', month)
  body.set('dag_actie_jaar', year)
  body.set('soort_actie', 'GESPREK')
  body.set('duur', '30')
  body.set('aanwezigheid', 'aanwezig')
  body.set('plaats', '')
  body.set('nota', note)
  return body
}

/** The hidden fields of a page; nothing that is sent here has a sign that HTML writes otherwise. */
function hidden(html) {
  const fields = html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)
  return new URLSearchParams(Array.from(fields, ([, name, value]) => [name, value]))
}
