// A person at a browser while the primary dies: one tab on 'Stappen naar werk', one with a form that is
// filled in. Both are on one server, which is not restarted.
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import config from '../playwright.config.js'
import { button, link, logIn, openSteps, post, press } from '../lib/steps.js'

const GEDULD = 'Even geduld'
/** How long the page may stay away (milliseconds). */
const PATIENCE = 45_000

/** Opens both tabs. `line` is one of `client`'s, on which `note` is going to be registered. */
export async function openUser(server, client, line, note, pictures) {
  const browser = await chromium.launch(config.use.launchOptions)
  const context = await browser.newContext({
    viewport: config.use.viewport,
    locale: config.use.locale,
    timezoneId: config.use.timezoneId
  })
  context.setDefaultTimeout(15_000)
  const statuses = []
  context.on('response', response => {
    if (response.request().isNavigationRequest()) statuses.push(response.status())
  })
  context.on('dialog', dialog => dialog.accept())
  const steps = await context.newPage()
  await logIn(steps, { url: server }, 'begeleider')
  await openSteps(steps, { url: server }, client)
  const form = await context.newPage()
  await form.goto(`${server}${line}/acties/nieuw`)
  await button(form, '» huidige datum').click()
  await form.getByLabel('Soort', { exact: true }).selectOption({ label: 'Individueel gesprek' })
  await form.getByLabel('Duur in minuten', { exact: true }).fill('45')
  await form.getByLabel('Nota', { exact: true }).fill(note)
  const heading = page => page.getByRole('heading', { level: 1 }).innerText()

  return {
    /** Status of every page that was shown. */
    statuses,
    /** Loads the steps again; answers status and heading, and takes a picture. */
    async reload() {
      const response = await steps.reload()
      const seen = { status: response.status(), heading: await heading(steps) }
      await steps.screenshot({ path: join(pictures, 'even-geduld.png') })
      return seen
    },
    /** Presses 'Bevestigen' on the form; answers status and heading, and takes a picture. */
    async confirm() {
      const response = await post(form, button(form, 'Bevestigen'))
      const seen = { status: response.status(), heading: await heading(form) }
      await form.screenshot({ path: join(pictures, 'even-geduld-formulier.png') })
      return seen
    },
    /** Waits, touching nothing, until the steps are back. */
    async comesBack() {
      await link(steps, 'Voeg een stap toe').waitFor({ timeout: PATIENCE })
      await steps.screenshot({ path: join(pictures, 'weer-terug.png') })
      return heading(steps)
    },
    /** Presses 'Opnieuw versturen' as long as that is what the page offers; answers the last status. */
    async sendAgain() {
      const until = performance.now() + PATIENCE
      let status = 0
      while ((await heading(form)) === GEDULD && performance.now() < until) {
        status = await press(form, 'Opnieuw versturen')
        if (status === 503) await form.waitForTimeout(1_000)
      }
      return status
    },
    /** How often the note stands on the page where the form led to. */
    async noted() {
      return form.getByText(note, { exact: true }).count()
    },
    close: () => browser.close()
  }
}
