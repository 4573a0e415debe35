// People: a colleague is invited, works in two functions, and leaves; roles take two system managers.
import { startDemo } from '../lib/demo.js'
import { link, logIn, logOut } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

let demo
test.beforeAll(async () => {
  demo = await startDemo()
})
test.afterAll(() => demo?.stop())

const PASSWORD = 'vier paarden eten gras bij regen'
const button = (page, name) => page.getByRole('button', { name, exact: true })

test('een collega wordt uitgenodigd, werkt in twee functies en gaat uit dienst', async ({
  page,
  browser,
  look
}) => {
  await logIn(page, demo, 'beheerder')
  await link(page, 'Medewerkers').first().click()
  await look(page, 'medewerkers', { phone: true })
  await link(page, 'Nodig iemand uit').click()
  await look(page, 'medewerker-uitnodigen', { phone: true })
  await button(page, 'Maak de uitnodiging').click()
  await expect(page.getByRole('alert')).toContainText('Er is een probleem')
  await page.getByLabel('Naam', { exact: true }).fill('Nele Nieuw')
  await page.getByLabel('E-mailadres').fill('nele@voorbeeld.be')
  await page.getByRole('radio', { name: 'Begeleider', exact: true }).check()
  await page.getByLabel('Vestiging').selectOption({ index: 1 })
  await button(page, 'Maak de uitnodiging').click()
  const address = await page.getByLabel('Link om door te geven').inputValue()
  expect(address).toContain('/uitnodiging/')
  await look(page, 'uitnodiging-link', { phone: true })

  // Somebody else, in a browser of her own.
  const hers = await browser.newContext()
  const nele = await hers.newPage()
  await nele.goto(demo.url + new URL(address).pathname)
  await look(nele, 'uitnodiging', { phone: true })
  await nele.getByLabel('Gebruikersnaam').fill('nele')
  await nele.getByLabel('Wachtwoord', { exact: true }).fill('te kort')
  await nele.getByLabel('Nog eens hetzelfde').fill('te kort')
  await button(nele, 'Bewaar en ga aanmelden').click()
  await expect(nele.getByRole('alert')).toContainText('te kort')
  await nele.getByLabel('Wachtwoord', { exact: true }).fill(PASSWORD)
  await nele.getByLabel('Nog eens hetzelfde').fill(PASSWORD)
  await button(nele, 'Bewaar en ga aanmelden').click()
  await expect(nele).toHaveURL(/\/aanmelden/)
  // The link worked once.
  await nele.goto(demo.url + new URL(address).pathname)
  await expect(nele.getByRole('heading', { level: 1 })).toHaveText('Deze link werkt niet')
  expect(await logIn(nele, demo, 'nele', PASSWORD)).toBe(303)
  await expect(link(nele, 'Begeleidingen').first()).toBeVisible()

  // A second function, and the choice between them.
  await page.goto(`${demo.url}/medewerkers?q=nele`)
  await link(page, 'Nele Nieuw').click()
  await look(page, 'medewerker', { phone: true })
  await page.getByRole('radio', { name: 'Organisatiebeheerder' }).check()
  await page.getByLabel('Vestiging').selectOption({ index: 1 })
  await button(page, 'Geef deze functie').click()
  await expect(page.getByRole('status')).toContainText('De functie is gegeven.')
  await nele.goto(`${demo.url}/`)
  await link(nele, 'Werk als …').click()
  await look(nele, 'kies-je-functie', { phone: true })
  await nele.getByRole('radio', { name: /^Organisatiebeheerder/ }).check()
  await button(nele, 'Werk in deze functie').click()
  await expect(link(nele, 'Medewerkers').first()).toBeVisible()

  // She leaves: the open session is dead with the next click.
  await link(page, 'Uit dienst').click()
  await look(page, 'uit-dienst', { phone: true })
  await button(page, 'Zet uit dienst').click()
  await expect(page.getByRole('status')).toContainText('Uit dienst gezet')
  await nele.goto(`${demo.url}/medewerkers`)
  await expect(nele).toHaveURL(/\/aanmelden/)
  expect(await logIn(nele, demo, 'nele', PASSWORD)).toBeGreaterThanOrEqual(400)
  await hers.close()
  await link(page, 'Logboek').first().click()
  await expect(page.getByRole('table')).toContainText('Uit dienst')
  await look(page, 'logboek', { phone: true })
  await logOut(page)
})

test('de systeembeheerder maakt een organisatie, en geeft een rol niet alleen', async ({ page, look }) => {
  await logIn(page, demo, 'systeem')
  await page.goto(`${demo.url}/systeem/organisaties/nieuw`)
  await page.getByLabel('Naam', { exact: true }).fill('Leerhuis Nieuw')
  await page.getByLabel('Ondernemingsnummer (KBO)').fill('0566.988.258')
  await button(page, 'Maak de organisatie').click()
  await expect(page.getByRole('alert')).toContainText('Dit ondernemingsnummer bestaat niet')
  await page.getByLabel('Ondernemingsnummer (KBO)').fill('0403.019.261')
  await button(page, 'Maak de organisatie').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Leerhuis Nieuw')
  await page.getByLabel('Naam van de vestiging').fill('Leerhuis Nieuw Aalst')
  await page.getByLabel('Straat en nummer').fill('Markt 1')
  await page.getByLabel('Nummer van de vestiging').fill('9001')
  await button(page, 'Voeg de vestiging toe').click()
  await expect(page.getByRole('table')).toContainText('Leerhuis Nieuw Aalst Markt 1 (9001)')
  await look(page, 'organisatie', { phone: true })
  await page.goto(`${demo.url}/systeem?q=collega`)
  await page.getByRole('table').getByRole('link').first().click()
  await page.getByLabel('Rol zonder organisatie').selectOption({ index: 1 })
  await button(page, 'Stel deze rol voor').click()
  await expect(page.getByText('Een andere systeembeheerder bevestigt dit.')).toBeVisible()
  await expect(button(page, 'Bevestigen')).toHaveCount(0)
  await look(page, 'rollen', { phone: true })
})
