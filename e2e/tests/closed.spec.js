// 'PmAB' and 'Transmissie', which are kept closed, and 'Berichten': as the mediator, a counsellor, the client and
// somebody of another organisation meet them.
import { startDemo } from '../lib/demo.js'
import {
  ODD,
  check,
  expectProblem,
  field,
  fillDate,
  link,
  logIn,
  logOut,
  openDossier,
  openMenu,
  press,
  select
} from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const CLIENT = '61000447'
/** A made-up client of whom something is kept under both. */
const FILLED = '61000454'
/** A pupil: nobody passes them on to the control service. */
const PUPIL = '61000570'

let demo
test.beforeEach(async () => {
  demo = await startDemo()
})
test.afterEach(() => demo?.stop())

test('PmAB: de bemiddelaar vult in en opent met een reden, de jongere leest wie en waarom', async ({
  page,
  look
}) => {
  await logIn(page, demo, 'bemiddelaar')
  await openDossier(page, demo, CLIENT)
  await openMenu(page, 'PmAB')
  await expect(page.getByText('Een diagnose staat hier nooit.')).toBeVisible()
  await look(page, 'pmab-gesloten', { phone: true })
  await link(page, 'Voeg een gegeven toe').click()
  await look(page, 'pmab-toevoegen', { phone: true })
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, 'Kies wat er toegekend is.')
  await look(page, 'pmab-fout')
  await check(page, 'Werkondersteuningspakket (WOP)')
  await fillDate(page, 'Toegekend op', '1/5/2025')
  await fillDate(page, 'Geldig tot en met', '2/5/2030')
  await field(page, 'Beslist door').fill(ODD)
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, /hoogstens vijf jaar/)
  await fillDate(page, 'Geldig tot en met', '1/5/2030')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await expect(page.getByRole('status')).toContainText('Het gegeven is bewaard.')
  await expect(page.getByRole('main')).not.toContainText(ODD)

  expect(await press(page, 'Open met deze reden')).toBe(422)
  await expectProblem(page, 'Kies waarom je dit opent.')
  await look(page)
  await check(page, 'De jongere vraagt het')
  expect(await press(page, 'Open met deze reden')).toBe(200)
  await expect(page.getByRole('main')).toContainText(ODD)
  await look(page, 'pmab-open', { phone: true })
  await page.getByRole('link', { name: /^Wijzig/ }).click()
  await fillDate(page, 'Beëindigd op', '20/5/2025')
  expect(await press(page, 'Bevestigen')).toBe(303)
  const closed = page.url()
  await logOut(page)

  await logIn(page, demo, 'begeleider')
  await page.goto(closed)
  await expect(page.getByText('Alleen de bemiddelaar kan het openen')).toBeVisible()
  await expect(page.getByRole('main')).not.toContainText(ODD)
  await look(page, 'pmab-begeleider')
  await logOut(page)

  await logIn(page, demo, 'jongere')
  await openMenu(page, 'PmAB')
  await expect(page.getByRole('main')).toContainText(ODD)
  await expect(page.getByRole('main')).toContainText('Beëindigd')
  await look(page, 'pmab-jongere', { phone: true })
  await page.goto(closed.replace(/pmab.*$/, 'raadplegingen'))
  const row = page.getByRole('row').filter({ hasText: "Las 'PmAB'" }).filter({ hasText: 'bemiddel' })
  await expect(row.first()).toContainText('De jongere vraagt het')
  await logOut(page)

  await logIn(page, demo, 'andere')
  expect((await page.goto(closed)).status()).toBe(404)
})

test('Transmissie: een melding en haar beslissing, en voor een leerling niet van toepassing', async ({
  page,
  look
}) => {
  await logIn(page, demo, 'bemiddelaar')
  await openDossier(page, demo, PUPIL)
  await openMenu(page, 'Transmissie')
  await expect(page.getByText('Niet van toepassing', { exact: true })).toBeVisible()
  await expect(link(page, 'Voeg een transmissie toe')).toHaveCount(0)
  await look(page, 'transmissie-leerling')
  await openDossier(page, demo, FILLED)
  await openMenu(page, 'Transmissie')
  await check(page, 'De bemiddeling voorbereiden of opvolgen')
  expect(await press(page, 'Open met deze reden')).toBe(200)
  await expect(page.getByRole('heading', { name: 'Kwam niet na een uitnodiging' })).toBeVisible()
  await look(page, 'transmissie-open', { phone: true })
  await openDossier(page, demo, CLIENT)
  await openMenu(page, 'Transmissie')
  await link(page, 'Voeg een transmissie toe').click()
  await look(page, 'transmissie-toevoegen', { phone: true })
  await select(page, 'Aanleiding', 'Weigerde een passende baan')
  await field(page, 'Feiten').fill(ODD)
  await fillDate(page, 'Verstuurd op', '20/5/2025')
  await check(page, 'Verstuurd')
  await select(page, 'Beslissing', 'Verwittiging')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, /hoort bij de stand 'Beslist'/)
  await check(page, 'Beslist')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await logOut(page)

  await logIn(page, demo, 'jongere')
  await openMenu(page, 'Transmissie')
  await expect(page.getByRole('main')).toContainText(ODD)
  await look(page, 'transmissie-jongere')
})

test('Berichten: een gesprek tussen de begeleider en de jongere', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  await openMenu(page, 'Berichten')
  await expect(page.getByText('Nog geen berichten')).toBeVisible()
  await expect(page.getByText('Een bericht is geen bewijs.')).toBeVisible()
  await look(page, 'berichten-leeg')
  await link(page, 'Begin een gesprek').click()
  await look(page, 'bericht-nieuw', { phone: true })
  expect(await press(page, 'Versturen')).toBe(422)
  await expectProblem(page, 'Schrijf waarover het gaat.')
  await field(page, 'Onderwerp').fill('Gesprek van morgen')
  await field(page, 'Bericht').fill(ODD)
  expect(await press(page, 'Versturen')).toBe(303)
  await expect(page.getByRole('main')).toContainText(ODD)
  const place = page.url().replace(/\?.*$/, '')
  await logOut(page)

  await logIn(page, demo, 'jongere')
  await openMenu(page, 'Berichten')
  await expect(page.getByText('1 ongelezen')).toBeVisible()
  await look(page, 'berichten', { phone: true })
  await link(page, 'Gesprek van morgen').click()
  await field(page, 'Antwoord').fill('Dat is goed.')
  expect(await press(page, 'Versturen')).toBe(303)
  await expect(page.getByRole('status')).toContainText('Je bericht is verstuurd.')
  await look(page, 'bericht-gesprek', { phone: true })
  await logOut(page)

  await logIn(page, demo, 'andere')
  expect((await page.goto(place)).status()).toBe(404)
})
