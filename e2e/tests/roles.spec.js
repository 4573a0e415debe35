// Every demo account: where it arrives, what it is offered, and what it is not.
import { startDemo } from '../lib/demo.js'
import { link, logIn, logOut } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const SEARCHES = ['begeleider', 'collega', 'andere', 'bemiddelaar']
const OTHERS = ['beheerder', 'coach', 'controleur', 'systeem', 'jongere']

let demo
test.beforeAll(async () => {
  demo = await startDemo()
})
test.afterAll(() => demo?.stop())

for (const user of [...SEARCHES, ...OTHERS]) {
  test(`${user} meldt zich aan en kan overal waar het menu naartoe wijst`, async ({ page, look }) => {
    expect(await logIn(page, demo, user)).toBe(303)
    await expect(page).not.toHaveURL(/\/aanmelden/)
    const searches = SEARCHES.includes(user) ? 1 : 0
    await expect(page.getByLabel('Zoek een klant', { exact: true })).toHaveCount(searches)
    await look(page, `rol-${user}`, { phone: true })

    const links = await page.getByRole('banner').getByRole('navigation').getByRole('link').all()
    const addresses = await Promise.all(links.map(link => link.getAttribute('href')))
    for (const address of addresses) {
      const answer = await page.goto(new URL(address, demo.url).href)
      expect(answer.status(), address).toBe(200)
      await look(page)
    }
    await logOut(page)
    await expect(page).toHaveURL(/\/aanmelden/)
    // The session is over: the way back leads to logging in.
    await page.goto(`${demo.url}/`)
    await expect(page).toHaveURL(/\/aanmelden/)
  })
}

test('een fout wachtwoord en een onbekende naam krijgen hetzelfde antwoord', async ({ page, look }) => {
  const answers = []
  for (const user of ['begeleider', 'bestaat-niet']) {
    const status = await logIn(page, demo, user, 'een fout wachtwoord')
    const alert = page.getByRole('alert')
    await expect(alert).toContainText('Er is een probleem')
    answers.push([status, await alert.innerText()])
    await expect(page.getByLabel('Wachtwoord', { exact: true })).toHaveValue('')
  }
  expect(answers[0]).toEqual(answers[1])
  expect(answers[0][0]).toBeGreaterThanOrEqual(400)
  await look(page, 'aanmelden-mislukt')
})

test('de pagina’s onderaan zijn er voor iedereen', async ({ page, look }) => {
  for (const name of ['Toegankelijkheid', 'Licenties']) {
    await page.goto(`${demo.url}/aanmelden`)
    const answer = page.waitForResponse(response => response.request().isNavigationRequest())
    await link(page, name).click()
    expect((await answer).status(), name).toBe(200)
    await look(page)
  }
})
