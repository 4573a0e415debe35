// What was asked, what was answered and what was confirmed, with the moments (milliseconds of one clock).

/** The page for a while without a database. */
const HEADING = />\s*Even geduld\s*<\/h1>/

export class Ledger {
  /** { note, line, server, at, sent, tries, body }: forms that were answered with 303. */
  confirmed = []
  /** { server, at, milliseconds, status }: every answer. */
  answers = []
  /** What no user should see, in words. */
  faults = []
  /** Answers of 503 that were not the page that they should be, in words. */
  wrongPages = []

  /** Asks a server; answers status, headers and text. A connection that breaks has status 0. */
  async ask(server, path, session, body) {
    const sent = performance.now()
    let answer
    try {
      const response = await fetch(server + path, {
        method: body ? 'POST' : 'GET',
        body,
        headers: session ? { cookie: session } : {},
        redirect: 'manual',
        signal: AbortSignal.timeout(30_000)
      })
      answer = { status: response.status, headers: response.headers, html: await response.text() }
    } catch (error) {
      answer = { status: 0, headers: new Headers(), html: `${error.cause ?? error}` }
    }
    const at = performance.now()
    this.answers.push({ server, at, milliseconds: at - sent, status: answer.status })
    return answer
  }

  /** An answer that is not the one hoped for: one to be patient with, or a fault. */
  mustWait(answer, path) {
    if (answer.status === 0) {
      this.faults.push(`${path}: ${answer.html}`)
      return
    }
    if (answer.status !== 503) {
      const heading = /<h1[^>]*>([^<]*)/.exec(answer.html)?.[1]
      this.faults.push(`${path}: ${answer.status} ${heading ?? answer.html.slice(0, 200)}`)
      throw new Error(`${path} was answered with ${answer.status}`)
    }
    const wait = Number(answer.headers.get('retry-after'))
    if (!HEADING.test(answer.html)) this.wrongPages.push(`${path}: no heading 'Even geduld'`)
    if (!(wait > 0)) this.wrongPages.push(`${path}: no Retry-After`)
  }

  /** The first confirmation of a form that was sent after a moment, per server. */
  firstAfter(server, moment) {
    const later = this.confirmed.filter(it => it.server === server && it.sent > moment)
    return Math.min(...later.map(it => it.at))
  }
}
