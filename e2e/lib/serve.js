// Starts the product for real use (`serve`), with people made on the command line, on the machine's own
// clock, and with a provider outside.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BINARY, end, environment, freePort, launchWith, ownDatabase } from './demo.js'
import { CLIENT, startProvider } from './provider.js'

export const PASSWORD = 'een-lang-wachtwoord-voor-de-test'

/** The client everybody may read about. */
export const NUMBER = '61000900'

/** Starts both. `settings` are lines of the settings file. */
export async function startServe(settings = []) {
  const folder = await mkdtemp(join(tmpdir(), 'klantendossier-e2e-'))
  const address = `127.0.0.1:${await freePort()}`
  const url = `http://${address}`
  const port = await freePort()
  const provider = await startProvider(port, url)
  const secret = join(folder, 'oidc.secret')
  await writeFile(secret, `${CLIENT.secret}\n`, { mode: 0o600 })
  const database = ownDatabase()
  const lines = [
    `listen = "${address}"`,
    `data = "${join(folder, 'data')}"`,
    ...(database ? [`database_url = "${database}"`] : []),
    `oidc_issuer = "${provider.url}"`,
    `oidc_client_id = "${CLIENT.id}"`,
    `oidc_client_secret_file = "${secret}"`,
    'oidc_name = "ACM/IDM"',
    ...settings
  ]
  const file = join(folder, 'klantendossier.toml')
  await writeFile(file, lines.join('\n'))
  const run = (words, input = '') =>
    execFileSync(BINARY, ['--config', file, ...words], { input, env: environment() })
      .toString()
      .trim()
  run(['migrate'])
  const house = run(['organisation', 'create', '--name', 'Leerhuis De Brug'])
  const unit = ['--unit-name', 'LEERHUIS GENT', '--unit-number', '12']
  const place = ['--name', 'LEERHUIS GENT', '--address', 'Kaai 1', '--number', '12']
  run(['unit', 'create', '--organisation', house, ...place])
  const user = (name, shown, role, ...more) =>
    run(
      ['user', 'create', '--user-name', name, '--name', shown, '--role', role, '--password-stdin'].concat(more),
      `${PASSWORD}\n`
    )
  user('an', 'An Maes', 'counsellor', ...unit)
  user('cas', 'Cas Wouters', 'coach')
  user('mia', 'Mia Claes', 'mediator')
  run(
    `client create --by mia --number ${NUMBER} --given-name Noor --family-name Maes --birth 2008-01-02 --work-situation 11 --insz 93051822361`.split(
      ' '
    )
  )
  user('noor', 'Noor Maes', 'client', '--client', NUMBER)
  run([
    ...`grant give --by mia --client ${NUMBER} --basis agreement --starts 2023-09-01`.split(' '),
    ...unit
  ])
  const server = await launchWith(['serve', '--config', file], address, folder)
  return {
    url,
    provider,
    run,
    async stop() {
      await end(server)
      await provider.stop()
      await rm(folder, { recursive: true, force: true })
    }
  }
}
