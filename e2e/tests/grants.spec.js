// The whole life of an access grant (I2): asked, answered by the client, granted or refused, visible on
// both sides, warned of, extended, ended by the client and gone at once.
import { startDemo } from '../lib/demo.js'
import { pdf } from '../lib/papers.js'
import { button, expectProblem, fillDate, link, logIn, logOut, press, search } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const CLIENT = '61000447'
const BIRTH = '17/3/2008'
const HOUSE = 'KOMPASLIJN GENT'

let demo
test.beforeEach(async () => {
  demo = await startDemo()
})
test.afterEach(() => demo?.stop())

/** 'Vraag inzagerecht', filled in with what proves that the client is known. */
async function ask(page, { number = CLIENT, birth = BIRTH, purpose = 'Begeleiding vanaf juni.' } = {}) {
  await page.goto(`${demo.url}/inzagerechten`)
  await link(page, 'Vraag inzagerecht').click()
  await page.getByLabel('Klantnummer', { exact: true }).fill(number)
  await page.getByRole('radio', { name: 'Geboortedatum' }).check()
  await fillDate(page, 'Geboortedatum', birth)
  await page.getByRole('radio', { name: 'Akkoord van de jongere' }).check()
  await fillDate(page, 'Op welke dag vulden jullie het formulier in?', '27/5/2025')
  await page.getByLabel('Het ingevulde formulier', { exact: true }).setInputFiles({
    name: 'Inzageformulier.pdf',
    mimeType: 'application/pdf',
    buffer: pdf('Inzageformulier')
  })
  await page.getByLabel('Waarvoor hebben jullie het inzagerecht nodig?').fill(purpose)
  return press(page, 'Verstuur je vraag')
}

/** Another person at the same desk. */
async function become(page, user) {
  await page.goto(`${demo.url}/meldingen`)
  if (!page.url().includes('/aanmelden')) await logOut(page)
  expect(await logIn(page, demo, user)).toBe(303)
}

/** The first question in the mediator's queue. */
async function openQuestion(page) {
  await page.goto(`${demo.url}/inzagevragen`)
  const waiting = page.getByRole('table', { name: 'Te beslissen, de oudste eerst' })
  await waiting.getByRole('row').filter({ hasText: HOUSE }).getByRole('link').first().click()
}

async function finds(page) {
  await search(page, demo, CLIENT)
  return (await page.getByRole('row').filter({ hasText: CLIENT }).count()) > 0
}

async function openServices(page) {
  await search(page, demo, CLIENT)
  await page.getByRole('row').filter({ hasText: CLIENT }).getByRole('link').click()
  await page.getByRole('link', { name: 'Dienstverlening', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Dienstverlening' })).toBeVisible()
}

test('gevraagd, toegekend, zichtbaar, gewaarschuwd, verlengd en door de jongere beëindigd', async ({
  page,
  context,
  look
}) => {
  test.setTimeout(180_000)
  await logIn(page, demo, 'andere')
  expect(await finds(page)).toBe(false)
  expect(await ask(page)).toBe(303)
  await expect(page.getByText('Je vraag is verstuurd naar de bemiddelaar.')).toBeVisible()
  const own = page.getByRole('row').filter({ hasText: CLIENT })
  await expect(own).toContainText('Wacht op antwoord')
  await look(page, 'inzagerecht-gevraagd', { phone: true })
  expect(await ask(page)).toBe(422)
  await expectProblem(page, 'Jouw organisatie vroeg dit al.')
  await look(page)

  // The client says what she thinks of it.
  await become(page, 'jongere')
  await link(page, 'Mijn dossier').first().click()
  await page.getByRole('link', { name: 'Dienstverlening', exact: true }).click()
  await expect(page.getByText('Begeleiding vanaf juni.')).toBeVisible()
  await look(page, 'inzagerecht-jongere', { phone: true })
  expect(await press(page, 'Ik ga akkoord')).toBe(303)
  await expect(page.getByText(/Jij ging akkoord op/).first()).toBeVisible()

  // The mediator's queue.
  await become(page, 'bemiddelaar')
  await page.goto(`${demo.url}/inzagevragen`)
  await look(page, 'inzagerecht-wachtrij', { phone: true })
  await openQuestion(page)
  await expect(page.getByText('Klantnummer en bewijs passen bij deze klant.')).toBeVisible()
  await look(page, 'inzagerecht-beslissen', { phone: true })
  await fillDate(page, 'Laatste dag', '31/7/2025')
  expect(await press(page, 'Toekennen')).toBe(303)

  // Both sides see it: the asker opens the dossier, the client reads who may.
  await become(page, 'andere')
  await page.goto(`${demo.url}/meldingen`)
  await expect(page.getByText('Je organisatie heeft inzagerecht op een dossier.')).toBeVisible()
  await openServices(page)
  const holder = page.getByRole('row').filter({ hasText: 'KOMPASLIJN' })
  await expect(holder).toContainText('31/07/2025')
  await look(page, 'inzagerecht-zichtbaar', { phone: true })

  // 29 days before its end: warned, in the list and with a notice.
  await demo.restartAt('2025-07-02T10:00:00+02:00')
  await become(page, 'andere')
  await page.goto(`${demo.url}/inzagerechten`)
  const ending = page.getByRole('table', { name: 'Inzagerechten die binnen 30 dagen eindigen' })
  await expect(ending.getByRole('row').filter({ hasText: CLIENT })).toContainText('31/07/2025')
  await look(page, 'inzagerecht-eindigt', { phone: true })
  await ending.getByRole('link', { name: /Vraag verlenging\s+voor VNMANTW61000447/ }).click()
  await page.getByRole('radio', { name: 'Akkoord van de jongere' }).check()
  await page.getByLabel(/Waarvoor|Waarom/).fill('De opleiding loopt door tot december.')
  await look(page)
  expect(await press(page, /Verstuur/)).toBe(303)

  // Extended in one decision.
  await become(page, 'bemiddelaar')
  await openQuestion(page)
  expect(await press(page, 'Toekennen')).toBe(303)
  await become(page, 'andere')
  await page.goto(`${demo.url}/meldingen`)
  await openServices(page)
  await expect(page.getByRole('row').filter({ hasText: '31/01/2026' })).toHaveCount(1)

  // The client ends it; a page that was open already is gone with the next step.
  const second = await context.browser().newContext({ javaScriptEnabled: true })
  const clients = await second.newPage()
  await logIn(clients, demo, 'jongere')
  await link(clients, 'Mijn dossier').first().click()
  await clients.getByRole('link', { name: 'Dienstverlening', exact: true }).click()
  await clients.getByRole('link', { name: /Beëindig\s+het inzagerecht van Kompaslijn/i }).click()
  await clients.getByLabel('Waarom?').fill('Ik ga naar een andere school.')
  await look(clients)
  expect(await press(clients, 'Beëindig het inzagerecht')).toBe(303)
  const answer = await page.reload()
  expect(answer.status()).toBe(404)
  expect(await finds(page)).toBe(false)
  await page.goto(`${demo.url}/meldingen`)
  await expect(page.getByText('Het inzagerecht op een dossier is beëindigd.')).toBeVisible()
  await clients.getByRole('link', { name: 'Wat er gebeurde', exact: true }).click()
  for (const event of ['Inzagerecht gegeven', 'Inzagerecht verlengd', 'Inzagerecht beëindigd']) {
    await expect(clients.getByText(event, { exact: true }).first()).toBeVisible()
  }
  await look(clients)
  await second.close()
})

test('wie geweigerd wordt, leert niets: bestaand of niet, het antwoord is hetzelfde', async ({
  page,
  look
}) => {
  await logIn(page, demo, 'andere')
  const seen = []
  for (const input of [{}, { birth: '1/1/2001' }, { number: '69999999' }]) {
    expect(await ask(page, input)).toBe(303)
    const number = input.number ?? CLIENT
    const told = await page.getByText('Je vraag is verstuurd naar de bemiddelaar.').innerText()
    await become(page, 'bemiddelaar')
    await openQuestion(page)
    await page.getByRole('radio', { name: 'Een andere reden' }).check()
    await page.getByLabel('Nota', { exact: true }).fill('Woont in een instelling.')
    expect(await press(page, 'Weigeren')).toBe(303)
    await become(page, 'andere')
    await page.goto(`${demo.url}/meldingen`)
    const notice = page.getByRole('listitem').filter({ hasText: 'De bemiddelaar gaf geen inzagerecht.' })
    await expect(notice.first()).not.toContainText('instelling')
    await expect(notice.first().getByRole('link')).toHaveCount(0)
    const text = (await notice.first().innerText()).replaceAll(/\d\d:\d\d/g, 'uur').replace(number, 'N')
    await page.goto(`${demo.url}/inzagerechten`)
    const row = page.getByRole('row').filter({ hasText: number }).first()
    await expect(row).toContainText('Geweigerd op 28/05/2025')
    seen.push([told, text])
  }
  expect(seen[1]).toEqual(seen[0])
  expect(seen[2]).toEqual(seen[0])
  await look(page, 'inzagerecht-geweigerd', { phone: true })
  expect(await finds(page)).toBe(false)
})

test('de bemiddelaar geeft, verlengt met één klik en beëindigt', async ({ page, look }) => {
  test.setTimeout(120_000)
  await logIn(page, demo, 'bemiddelaar')
  await openServices(page)
  await link(page, 'Geef een organisatie inzagerecht').click()
  await page.getByLabel('Zoek een organisatie').fill('kompas')
  await button(page, 'Zoeken').click()
  await page.getByRole('radio', { name: /KOMPASLIJN GENT/ }).first().check()
  await page.getByRole('radio', { name: 'Opdracht of mandaat' }).check()
  await fillDate(page, 'Laatste dag', '1/1/2020')
  expect(await press(page, 'Geef inzagerecht')).toBe(422)
  await expectProblem(page, 'De laatste dag ligt in het verleden.')
  await look(page)
  await fillDate(page, 'Laatste dag', '30/6/2025')
  expect(await press(page, 'Geef inzagerecht')).toBe(303)
  await page.getByText('Verleng het inzagerecht van KOMPASLIJN').click()
  const extend = page.locator('details[open]')
  await extend.getByRole('radio', { name: 'Opdracht of mandaat' }).check()
  expect(await press(extend.page(), 'Verleng met 6 maanden').catch(() => 0)).toBe(303)
  await expect(page.getByRole('row').filter({ hasText: '30/12/2025' })).toHaveCount(1)
  await page.getByRole('link', { name: /Beëindig\s+het inzagerecht van Kompaslijn/i }).first().click()
  expect(await press(page, 'Beëindig het inzagerecht')).toBe(422)
  await expectProblem(page, 'Schrijf waarom.')
  await page.getByLabel('Waarom?').fill('De opdracht stopt.')
  expect(await press(page, 'Beëindig het inzagerecht')).toBe(303)
  await expect(page.getByText('Het inzagerecht is beëindigd.').first()).toBeVisible()
  await look(page)
})
