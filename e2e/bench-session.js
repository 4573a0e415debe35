// For `cargo xtask bench`: logs in as a browser would, walks through the own caseload, writes the lines
// it finds to a file (dossier and line on each row), and the bytes of one page to another; says the
// cookie.
import { writeFile } from 'node:fs/promises'

const [url, user, password, lines, page] = process.argv.slice(2)
/** More than these does not change what is measured. */
const MOST = 2_000

const form = new URLSearchParams({ gebruikersnaam: user, wachtwoord: password, naar: '/' })
const loggedIn = await fetch(`${url}/aanmelden`, { method: 'POST', body: form, redirect: 'manual' })
if (loggedIn.status !== 303) throw new Error(`logging in was answered with ${loggedIn.status}`)
const cookie = loggedIn.headers.getSetCookie().map(it => it.split(';')[0]).join('; ')

async function read(path) {
  const headers = { cookie, 'accept-encoding': 'identity' }
  const answer = await fetch(url + path, { headers })
  if (answer.status !== 200) throw new Error(`${path} was answered with ${answer.status}`)
  return answer.text()
}

const found = new Map()
let path = '/begeleidingen'
while (path && found.size < MOST) {
  const html = await read(path)
  for (const [, dossier, step] of html.matchAll(/\/dossier\/([0-9a-f]{32})\/stappen\/([0-9a-f]{32})/g)) {
    found.set(dossier, step)
  }
  const next = html.match(/<a href="([^"]*)" rel="next">/)
  const to = next?.[1].replaceAll('&amp;', '&') ?? null
  path = to === path ? null : to
}
if (found.size === 0) throw new Error('the caseload is empty')
await writeFile(lines, [...found].map(([dossier, step]) => `${dossier} ${step}\n`).join(''))
const [first] = found.keys()
await writeFile(page, await read(`/dossier/${first}/stappen`))
console.log(cookie)
