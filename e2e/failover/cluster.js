// The cluster of deploy/ha on this machine, in a folder of its own, with two demos on one database.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SCRIPTS = fileURLToPath(new URL('../../deploy/ha/', import.meta.url))
const BINARY =
  process.env.E2E_BINARY ??
  fileURLToPath(new URL('../../target/debug/klantendossier', import.meta.url))

/**
 * Starts everything and answers when both servers serve and nothing is confirmed without the standby.
 * What `logs` names gets a copy of the logs when the test was broken off or asks for it.
 */
export async function startCluster(logs) {
  const base = await freePorts()
  const data = mkdtempSync(join(tmpdir(), 'klantendossier-ha-'))
  const script = (name, ...words) =>
    execFileSync(join(SCRIPTS, name), words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit']
    })
  const stop = keepLogs => {
    if (!existsSync(data)) return
    if (existsSync(join(data, 'settings'))) script('stop', data)
    if (keepLogs) cpSync(join(data, 'log'), logs, { recursive: true })
    rmSync(data, { recursive: true, force: true })
  }
  // A test that is broken off leaves nothing running.
  process.once('exit', () => stop(true))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))
  script('start', '--demo', '--binary', BINARY, '--base-port', `${base}`, data)
  return {
    servers: [`http://127.0.0.1:${base + 31}`, `http://127.0.0.1:${base + 32}`],
    /** Role per node, as a Patroni that is left sees it. */
    roles: () => roles([base + 21, base + 22]),
    /** Takes the power off the primary; answers its number. */
    killPrimary: () => Number(script('kill-primary', data)),
    /** Starts the Patroni of a node that was killed. */
    bringBack: number => script('node', data, `${number}`),
    /** Number and birth of the process of a server: another process has another birth. */
    process: number => processOf(join(data, 'pid', `server${number}`)),
    stop
  }
}

async function roles(ports) {
  for (const port of ports) {
    const found = {}
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/cluster`, {
        signal: AbortSignal.timeout(2_000)
      })
      for (const { name, role, state } of (await answer.json()).members) {
        found[name] = state === 'running' ? role : `${role}, ${state}`
      }
      return found
    } catch {
      // That one was killed; the other knows.
    }
  }
  return {}
}

async function processOf(file) {
  const [number, birth] = (await readFile(file, 'utf8')).trim().split(' ')
  const stat = await readFile(`/proc/${number}/stat`, 'utf8').catch(() => '')
  // The name stands in brackets and may hold anything; the birth is the 20th word behind it.
  const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return words[19] === birth ? `${number}, born at ${birth}` : `${number} is gone`
}

/** The first of a range of ports that nobody uses, below those that the machine gives out by itself. */
async function freePorts() {
  for (let base = 24_000; base < 32_000; base += 50) {
    const offsets = [0, 1, 11, 12, 21, 22, 31, 32]
    const free = await Promise.all(offsets.map(offset => isFree(base + offset)))
    if (free.every(Boolean)) return base
  }
  throw new Error('no range of free ports from 24000 to 32000')
}

function isFree(port) {
  return new Promise(resolve => {
    const probe = createServer()
    probe.on('error', () => resolve(false))
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)))
  })
}
