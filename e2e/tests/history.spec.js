// 'Geschiedenis' of the entries of the menu that are no section: what changed, for who reads the entry, and an empty
// state where nothing did.
import { startDemo } from '../lib/demo.js'
import { field, link, logIn, openDossier, openMenu, press } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const CLIENT = '61000447'
/** The demo fills in every section of this one. */
const FILLED = '61000452'
/** Made-up clients of whom the registers know something. */
const WITH_BENEFIT = '61000454'
const WITH_VOUCHER = '61000470'
const WITH_COURSE = '61000570'

let demo
test.beforeAll(async () => {
  demo = await startDemo()
})
test.afterAll(() => demo?.stop())

/** From an entry of the menu of the dossier that is open to its history. */
async function openHistory(page, entry) {
  await openMenu(page, entry)
  await link(page, 'Geschiedenis').click()
  const heading = page.getByRole('heading', { level: 1, name: `Geschiedenis: ${entry}`, exact: true })
  await expect(heading).toBeVisible()
}

test('een begeleider leest wat er veranderde, en komt terug', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  await openMenu(page, 'Profiel')
  await page.getByRole('link', { name: /: over mezelf$/ }).click()
  await field(page, 'Korte voorstelling').fill('Ik kook graag en werk graag samen.')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await openHistory(page, 'Profiel')
  await expect(page.getByText('Over mezelf gewijzigd').first()).toBeVisible()
  await expect(page.locator('ins').first()).toHaveText('Ik kook graag en werk graag samen.')
  await look(page, 'geschiedenis-profiel', { phone: true })
  await link(page, 'Terug naar Profiel').click()
  await expect(page.getByRole('heading', { level: 1, name: 'Profiel', exact: true })).toBeVisible()

  await openHistory(page, 'Dienstverlening')
  await expect(page.getByText('Inzagerecht gegeven').first()).toBeVisible()
  await look(page, 'geschiedenis-dienstverlening', { phone: true })
  await openHistory(page, 'Documenten')
  await expect(page.getByText('Nog niets', { exact: true })).toBeVisible()
  await look(page, 'geschiedenis-leeg', { phone: true })
})

test('de bemiddelaar leest wat een bron meedeelde, bij het onderdeel waar het staat', async ({ page, look }) => {
  await logIn(page, demo, 'bemiddelaar')
  for (const [number, entry, source] of [
    [WITH_BENEFIT, 'Loopbaangegevens', 'RSZ'],
    [WITH_BENEFIT, 'RVA', 'RVA'],
    [WITH_VOUCHER, 'Loopbaancheques', 'VDAB'],
    [WITH_COURSE, 'Inburgering - NT2', 'Kruispuntbank Inburgering']
  ]) {
    await openDossier(page, demo, number)
    await openHistory(page, entry)
    await expect(page.getByText('Overgenomen uit een officiële bron').first()).toBeVisible()
    await expect(page.locator('ins', { hasText: source }).first()).toBeVisible()
    await look(page, `geschiedenis-${entry.toLowerCase().split(' ')[0]}`, { phone: true })
  }
})

test('de jongere leest elke geschiedenis van het eigen dossier', async ({ page, look }) => {
  await logIn(page, demo, 'jongere')
  for (const entry of ['Profiel', 'Documenten', 'Dienstverlening', 'RVA']) {
    await openHistory(page, entry)
    await look(page)
  }
})

test('op het profiel en het klantenportret zoeken', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, FILLED)
  await openMenu(page, 'Profiel')
  await field(page, 'Zoek op deze pagina').fill('turks')
  await page.getByRole('button', { name: 'Zoeken', exact: true }).click()
  await expect(page.getByRole('status')).toContainText('gevonden')
  await look(page, 'profiel-zoeken', { phone: true })
  await link(page, 'Toon alles').click()
  await expect(page.getByRole('status')).toHaveCount(0)

  const portrait = new URL(page.url()).pathname.replace('/profiel', '/klantenportret')
  await page.goto(`${demo.url}${portrait}?zoek=studies`)
  await expect(page.getByRole('table', { name: 'Tijdlijn' })).toBeVisible()
  await look(page, 'klantenportret-zoeken', { phone: true })
})
