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
