// Starts the product itself, with its demo data, on a free port and in a folder of its own: on SQLite,
// or on a database of its own on the PostgreSQL server that E2E_POSTGRES names.
import { execFileSync, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const BINARY =
  process.env.E2E_BINARY ??
  fileURLToPath(new URL('../../target/debug/klantendossier', import.meta.url))

/** The day of the manual's screenshots: what is 'today' in every test. */
export const NOW = '2025-05-28T10:00:00+02:00'

/** The password of every demo account. */
export const PASSWORD = 'klantendossier-demo'

/**
 * Starts the demo and waits until it is ready. Answers its address and a way to stop it. `words` go on
 * its command line.
 */
export async function startDemo({ words = [] } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'klantendossier-e2e-'))
  const address = `127.0.0.1:${await freePort()}`
  const database = ownDatabase()
  let server = await launch(address, folder, NOW, database, words)
  return {
    url: `http://${address}`,
    /** The same data, later: the clock starts again at `now`. */
    async restartAt(now) {
      await end(server)
      server = await launch(address, folder, now, database, words)
    },
    async stop() {
      await end(server)
      await rm(folder, { recursive: true, force: true })
    }
  }
}

/** The address of a new database on the server, where the tests are for one. It goes with the server. */
export function ownDatabase() {
  const server = process.env.E2E_POSTGRES
  if (!server) return null
  const name = `e2e_${randomUUID().replaceAll('-', '')}`
  execFileSync('createdb', ['--maintenance-db', server, name])
  return server.replace(/\/[^/]*$/, `/${name}`)
}

function launch(address, folder, now, database, more) {
  const where = database ? ['--database', database] : []
  const words = ['demo', '--listen', address, '--data', folder, '--now', now, ...where, ...more]
  return launchWith(words, address, folder)
}

/** Starts the product with these words, and waits until it is ready. */
export async function launchWith(words, address, folder) {
  const server = spawn(BINARY, words, {
    cwd: folder,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe']
  })
  let said = ''
  let stopped = false
  server.stdout.on('data', text => (said += text))
  server.stderr.on('data', text => (said += text))
  server.on('error', error => {
    stopped = true
    said += error.message
  })
  server.on('exit', () => (stopped = true))
  // A test that is broken off leaves no server behind.
  process.once('exit', () => server.kill('SIGKILL'))
  const until = Date.now() + 30_000
  while (!stopped && Date.now() < until) {
    const ready = await fetch(`http://${address}/health/ready`).catch(() => null)
    if (ready?.status === 200) return server
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  server.kill('SIGKILL')
  throw new Error(`it did not get ready; it said:\n${said.slice(-4000)}`)
}

/** Ours without settings of the product that somebody has for a server of their own. */
export function environment() {
  const ours = Object.entries(process.env)
  return Object.fromEntries(ours.filter(([name]) => !name.startsWith('KLANTENDOSSIER_')))
}

export async function end(server) {
  if (server.exitCode !== null || server.signalCode !== null) return
  const gone = new Promise(resolve => server.once('exit', resolve))
  server.kill('SIGTERM')
  const hard = setTimeout(() => server.kill('SIGKILL'), 5_000)
  await gone
  clearTimeout(hard)
}

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.on('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
