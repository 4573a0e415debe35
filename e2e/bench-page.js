// For `cargo xtask bench`: logs in, opens 'Stappen naar werk' of a client, writes the page's bytes to
// a file, and says on two lines the cookie and the path with which they can be asked for again.
import { writeFile } from 'node:fs/promises'
import { chromium } from '@playwright/test'
import config from './playwright.config.js'
import { logIn, openSteps } from './lib/steps.js'

const [url, client, file] = process.argv.slice(2)
const browser = await chromium.launch(config.use.launchOptions)
try {
  const context = await browser.newContext({ locale: 'nl-BE' })
  const page = await context.newPage()
  await logIn(page, { url }, 'begeleider')
  await openSteps(page, { url }, client)
  const cookies = await context.cookies()
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const answer = await fetch(page.url(), { headers: { cookie, 'accept-encoding': 'identity' } })
  if (answer.status !== 200) throw new Error(`${page.url()} answered ${answer.status}`)
  await writeFile(file, Buffer.from(await answer.arrayBuffer()))
  console.log(`${cookie}\n${new URL(page.url()).pathname}`)
} finally {
  await browser.close()
}
