// `cargo xtask ha`: the primary of the database is killed while two servers write at load. What was
// confirmed has to be there afterwards, once; users see at most 'Even geduld'; no server is restarted.
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startCluster } from './cluster.js'
import { Ledger } from './ledger.js'
import { openUser } from './user.js'
import { Writer, notes, ongoingLines, pause, session } from './writer.js'

const OUT = process.env.E2E_PICTURES ?? join(import.meta.dirname, '../out/failover')
const WRITERS = 4 // on each server
const LINES = 4 // of each writer alone; all of them share one more
const BEFORE = 6_000 // under load before the kill (milliseconds)
const AFTER = 4_000 // under load after both servers confirm again
const AGAIN_WITHIN = 40 // seconds from the kill to a confirmed change
const BACK_WITHIN = 60 // seconds from the old primary's start to its being the standby

const began = performance.now()
const results = { passed: 0, failed: 0 }

function check(what, holds, found = '') {
  results[holds ? 'passed' : 'failed'] += 1
  console.log(`  ${holds ? 'ok    ' : 'FAILED'} ${what}${holds || found === '' ? '' : `: ${found}`}`)
}

const seconds = milliseconds => `${(milliseconds / 1000).toFixed(1)} s`
const some = list => `${list.length}: ${list.slice(0, 5).join(' | ')}`

async function test(cluster) {
  const [first, second] = cluster.servers
  const ledger = new Ledger()
  const processes = await Promise.all([1, 2].map(cluster.process))
  const cookies = [await session(first, 'begeleider'), await session(second, 'collega')]
  const found = await ongoingLines(first, cookies[0])
  if (found.length < 2 + 2 * WRITERS * LINES) throw new Error(`only ${found.length} ongoing lines`)
  const [theirs, shared, ...own] = found
  const writers = cluster.servers.flatMap((server, side) =>
    Array.from({ length: WRITERS }, (_, number) => {
      const lines = [shared, ...own.splice(0, LINES)].map(it => it.line)
      return new Writer(ledger, `${side + 1}.${number + 1}`, server, cookies[side], lines)
    })
  )
  const note = 'Uitval browser 1'
  const user = await openUser(second, theirs.client, theirs.line, note, OUT)
  const load = Promise.all(writers.map(writer => writer.run()))
  // Shown when it is awaited; a fault in between must not end the program before that.
  load.catch(() => {})
  try {
    await pause(BEFORE)
    const victim = cluster.killPrimary()
    const killed = performance.now()
    console.log(`killed: node ${victim}, the primary, its Patroni and its PostgreSQL`)
    // What reached it before is answered within milliseconds; this is surely sent to nobody.
    const after = killed + 500

    await pause(1_000)
    const reloaded = await user.reload()
    const pressed = await user.confirm()
    const heading = await user.comesBack()
    const away = performance.now() - killed
    const status = await user.sendAgain()
    const noted = await user.noted()

    const until = killed + AGAIN_WITHIN * 1000
    const again = () => cluster.servers.map(server => ledger.firstAfter(server, after) - killed)
    while (again().some(it => !Number.isFinite(it)) && performance.now() < until) await pause(100)
    const roles = await cluster.roles()
    await pause(AFTER)
    for (const writer of writers) writer.stop()
    await load

    const sentAgain = ledger.confirmed.filter(it => it.tries > 1)
    const before = ledger.confirmed.filter(it => it.at <= killed)
    const patient = ledger.answers.filter(it => it.status === 503)
    const longest = Math.max(...ledger.answers.map(it => it.milliseconds))
    const waits = again()
    const of = (list, server) => list.filter(it => it.server === server).length
    const perServer = list => `${list.length} (${of(list, first)} and ${of(list, second)})`
    const later = ledger.confirmed.filter(it => it.at > killed)
    console.log(`confirmed before the kill              ${perServer(before)}`)
    console.log(`confirmed after it                     ${perServer(later)}`)
    console.log(`from the kill to the next, server 1    ${seconds(waits[0])}`)
    console.log(`from the kill to the next, server 2    ${seconds(waits[1])}`)
    console.log(`forms that were sent more than once    ${perServer(sentAgain)}`)
    console.log(`answers in all                         ${ledger.answers.length}`)
    console.log(`  of which 'Even geduld' (503)         ${patient.length}`)
    console.log(`longest answer                         ${seconds(longest)}`)
    console.log(`the page was back by itself after      ${seconds(away)}`)

    check(
      'both servers were under load when the primary was killed',
      of(before, first) >= 50 && of(before, second) >= 50,
      perServer(before)
    )
    check(
      'the standby leads now',
      roles[`node${3 - victim}`] === 'leader',
      JSON.stringify(roles)
    )
    for (const [side, wait] of waits.entries()) {
      check(
        `server ${side + 1} confirms again within ${AGAIN_WITHIN} s`,
        wait < AGAIN_WITHIN * 1000,
        seconds(wait)
      )
    }
    check(
      "nobody saw anything but a page, a confirmation or 'Even geduld'",
      ledger.faults.length === 0,
      some(ledger.faults)
    )
    check(
      "each 503 is 'Even geduld', says when to try again and keeps the form under its key",
      patient.length > 0 && ledger.wrongPages.length === 0,
      some(ledger.wrongPages)
    )
    check(
      'what every writer had open then was confirmed when it was sent again',
      writers.every(({ name }) => sentAgain.some(it => it.note.startsWith(`Uitval ${name} `))),
      perServer(sentAgain)
    )

    check(
      "a page that is loaded meanwhile is 'Even geduld'",
      reloaded.status === 503 && reloaded.heading === 'Even geduld',
      JSON.stringify(reloaded)
    )
    check('it comes back by itself', heading !== 'Even geduld', heading)
    check(
      "a form that is sent meanwhile is kept in 'Even geduld'",
      pressed.status === 503 && pressed.heading === 'Even geduld',
      JSON.stringify(pressed)
    )
    check(
      "'Opnieuw versturen' confirms it, once",
      status === 303 && noted === 1,
      `status ${status}, ${noted} times on the page`
    )
    check(
      "the browser got nothing but pages, redirects and 'Even geduld'",
      user.statuses.every(it => [200, 303, 503].includes(it)),
      user.statuses.join(' ')
    )

    // Who does not trust it sends it again, from wherever: it is confirmed, and not stored again.
    const samples = [...sentAgain, ...ledger.confirmed.filter((_, i) => i % 10 === 0)]
    const refused = []
    for (const { server, line, body, note } of samples) {
      const side = server === first ? 0 : 1
      const other = cluster.servers[1 - side]
      const answer = await ledger.ask(other, `${line}/acties/nieuw`, cookies[side], body)
      if (answer.status !== 303) refused.push(`${note}: ${answer.status}`)
    }
    console.log(`sent once more to the other server     ${samples.length}`)
    check(
      'what is sent once more, to the other server, is confirmed as well',
      refused.length === 0,
      some(refused)
    )

    for (const [side, server] of cluster.servers.entries()) {
      const { missing, doubled, unasked } = await readBack(server, cookies[side], ledger, found)
      const from = `read from server ${side + 1}`
      check(`every confirmed action is there, ${from}`, missing.length === 0, some(missing))
      check(`none is there twice, ${from}`, doubled.length === 0, some(doubled))
      check(`nothing is there that was not confirmed, ${from}`, unasked.length === 0, some(unasked))
    }

    const started = performance.now()
    cluster.bringBack(victim)
    const name = `node${victim}`
    let role
    while ((role = (await cluster.roles())[name]) !== 'sync_standby') {
      if (performance.now() - started > BACK_WITHIN * 1000) break
      await pause(200)
    }
    console.log(`the old primary is the standby after   ${seconds(performance.now() - started)}`)
    check(
      `the old primary is the synchronous standby within ${BACK_WITHIN} s`,
      role === 'sync_standby',
      role
    )
    const count = ledger.confirmed.length
    for (const writer of writers) await writer.register()
    const { missing, doubled } = await readBack(first, cookies[0], ledger, found)
    check(
      'both servers confirm on with it',
      ledger.confirmed.length === count + writers.length && !missing.length && !doubled.length,
      some([...missing, ...doubled])
    )
    const now = await Promise.all([1, 2].map(cluster.process))
    check('no server was restarted', `${now}` === `${processes}`, `${processes} became ${now}`)
  } finally {
    for (const writer of writers) writer.stop()
    await user.close()
  }
}

/** Compares what was confirmed with what the pages of the lines show. */
async function readBack(server, cookie, ledger, lines) {
  const missing = []
  const doubled = []
  const unasked = []
  for (const { line } of lines) {
    const there = await notes(server, cookie, line, 'Uitval')
    for (const it of ledger.confirmed.filter(it => it.line === line)) {
      const times = there.get(it.note) ?? 0
      if (times === 0) missing.push(it.note)
      if (times > 1) doubled.push(`${it.note}, ${times} times`)
      there.delete(it.note)
    }
    there.delete('Uitval browser 1')
    unasked.push(...there.keys())
  }
  return { missing, doubled, unasked }
}

let cluster
try {
  await rm(join(OUT, 'log'), { recursive: true, force: true })
  await mkdir(OUT, { recursive: true })
  cluster = await startCluster(join(OUT, 'log'))
  console.log(`the cluster serves after ${seconds(performance.now() - began)}`)
  await test(cluster)
} catch (error) {
  check('the test came to its end', false, error.stack)
} finally {
  cluster?.stop(results.failed > 0)
}
if (results.failed > 0) console.log(`${results.failed} failed`)
console.log(`${results.passed} passed (${seconds(performance.now() - began)})`)
process.exitCode = results.failed > 0 ? 1 : 0
