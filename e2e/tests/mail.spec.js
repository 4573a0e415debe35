// 'E-mail en meldingen': an address that is confirmed with a link, and a mail that says that there is a
// notice and nothing else.
import { startDemo } from '../lib/demo.js'
import { startMailServer } from '../lib/mail.js'
import { expectProblem, link, logIn, logOut, press, search, signIn } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const ADDRESS = 'beheerder@example.org'

let demo
let mail
test.beforeEach(async () => {
  mail = await startMailServer()
  demo = await startDemo({ words: ['--smtp-url', mail.url] })
})
test.afterEach(async () => {
  await demo?.stop()
  await mail?.stop()
})

test('een adres invullen, bevestigen, een mail krijgen en mails uitzetten', async ({ page, look }) => {
  await logIn(page, demo, 'beheerder')
  await page.goto(`${demo.url}/meldingen`)
  await link(page, 'E-mail en meldingen').click()
  await look(page, 'mail-zonder-adres', { phone: true })
  await page.getByLabel('Nieuw e-mailadres').fill('beheerder@example')
  expect(await press(page, 'Stuur de link')).toBe(422)
  await expectProblem(page, 'Dit is geen e-mailadres.')
  await look(page)
  await page.getByLabel('Nieuw e-mailadres').fill(ADDRESS)
  expect(await press(page, 'Stuur de link')).toBe(303)
  await expect(page.getByText(`We mailden een link naar ${ADDRESS}.`)).toBeVisible()
  await look(page, 'mail-te-bevestigen', { phone: true })

  const first = await mail.next(ADDRESS)
  expect(first.subject).toBe('Bevestig je e-mailadres voor het klantendossier')
  const address = first.text.match(/http:\S+/)[0]
  // The link asks who it is, and then waits for a button.
  await logOut(page)
  await page.goto(address)
  await signIn(page, 'beheerder')
  await expect(page.getByText(ADDRESS)).toBeVisible()
  await look(page, 'mail-bevestigen', { phone: true })
  expect(await press(page, 'Bevestig dit adres')).toBe(303)
  await expect(page.getByText('Je e-mailadres is bevestigd.')).toBeVisible()
  await look(page, 'mail-bevestigd', { phone: true })
  await page.goto(address)
  await expect(page.getByText('Deze link werkt niet meer').first()).toBeVisible()
  await look(page)

  // The mediator ends the access of this organisation: its manager gets a notice, and a mail of it.
  const before = mail.mails.length
  await logOut(page)
  await logIn(page, demo, 'bemiddelaar')
  await search(page, demo, '61000447')
  await page.getByRole('row').filter({ hasText: '61000447' }).getByRole('link').click()
  await page.getByRole('link', { name: 'Dienstverlening', exact: true }).click()
  await page.getByRole('link', { name: /Beëindig het inzagerecht van/ }).first().click()
  await page.getByLabel('Waarom?').fill('De opdracht stopt.')
  expect(await press(page, 'Beëindig het inzagerecht')).toBe(303)
  const told = await mail.next(ADDRESS, before)
  expect(told.subject).toBe('Er is een melding voor je in het klantendossier')
  expect(told.text).toContain(`${demo.url}/meldingen`)
  for (const secret of ['61000447', 'NAAMANTW', 'VNMANTW', 'opdracht', 'code=']) {
    expect(told.raw).not.toContain(secret)
  }

  await logOut(page)
  await logIn(page, demo, 'beheerder')
  await page.goto(`${demo.url}/account/e-mail`)
  await page.getByLabel('Mail me als er een melding is').uncheck()
  expect(await press(page, 'Bewaar')).toBe(303)
  await expect(page.getByLabel('Mail me als er een melding is')).not.toBeChecked()
  expect(await press(page, 'Verwijder mijn e-mailadres')).toBe(303)
  await expect(page.getByText('Nog geen bevestigd adres')).toBeVisible()
})

test('zonder mailserver zegt de pagina dat er geen mails zijn', async ({ page, look }) => {
  const without = await startDemo()
  try {
    await logIn(page, without, 'begeleider')
    await page.goto(`${without.url}/account/e-mail`)
    await expect(page.getByText('Deze installatie stuurt nu geen mails.')).toBeVisible()
    await expect(page.getByLabel('Nieuw e-mailadres')).toHaveCount(0)
    await look(page)
  } finally {
    await without.stop()
  }
})
