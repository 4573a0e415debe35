// 'Documenten' as a counsellor meets it: a file in, looked at, handed back, evidence of a line, and what is
// said when a file is not accepted. And the form that comes with a request for an access grant.
import { readFile } from 'node:fs/promises'
import { startDemo } from '../lib/demo.js'
import { pdf } from '../lib/papers.js'
import {
  button,
  expectProblem,
  link,
  logIn,
  logOut,
  openDossier,
  openLine,
  openMenu,
  press,
  register,
  select
} from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const CLIENT = '61000447'

let demo
test.beforeEach(async ({ page }) => {
  demo = await startDemo()
  await logIn(page, demo, 'begeleider')
})
test.afterEach(() => demo?.stop())

/** A picture of the page that is open: a real PNG. */
const picture = page => page.screenshot({ clip: { x: 0, y: 0, width: 400, height: 300 } })

const field = (page, name) => page.getByLabel(name, { exact: true })

async function openForm(page, number = CLIENT) {
  await openDossier(page, demo, number)
  await openMenu(page, 'Documenten')
  await link(page, 'Voeg een document toe').click()
  await expect(page.getByRole('heading', { level: 1, name: 'Document toevoegen' })).toBeVisible()
}

test('een document toevoegen, bekijken, downloaden, wijzigen en intrekken', async ({ page, look }) => {
  await openDossier(page, demo, CLIENT)
  await openMenu(page, 'Documenten')
  await expect(page.getByText('Nog geen documenten')).toBeVisible()
  await look(page, 'documenten-leeg')
  await link(page, 'Voeg een document toe').click()
  await look(page, 'documenten-toevoegen', { phone: true })
  const content = pdf('Attest van de school')
  await field(page, 'Bestanden').setInputFiles([
    { name: 'Attest Lotte.pdf', mimeType: 'application/pdf', buffer: content }
  ])
  await field(page, 'Of neem een foto').setInputFiles({
    name: 'IMG_2041.png',
    mimeType: 'image/png',
    buffer: await picture(page)
  })
  await select(page, 'Soort document', 'Attest')
  expect(await press(page, 'Toevoegen')).toBe(303)
  await expect(page.getByRole('status')).toContainText('Toegevoegd aan de documenten')
  await expect(link(page, 'IMG_2041')).toBeVisible()
  await look(page, 'documenten-lijst', { phone: true })

  await link(page, 'IMG_2041').click()
  await expect(page.getByRole('img', { name: 'Voorbeeld van IMG_2041' })).toBeVisible()
  const shown = await page.getByRole('img', { name: 'Voorbeeld van IMG_2041' }).boundingBox()
  expect(shown.width).toBe(402)
  await look(page, 'documenten-foto', { phone: true })

  await link(page, 'Terug naar de documenten').click()
  await link(page, 'Attest Lotte').click()
  await expect(page.locator('iframe')).toBeVisible()
  await page.waitForTimeout(1500)
  await look(page, 'documenten-pdf', { phone: true })
  const download = page.waitForEvent('download')
  await link(page, 'Downloaden').click()
  const file = await download
  expect(file.suggestedFilename()).toBe('Attest Lotte.pdf')
  expect((await readFile(await file.path())).equals(content)).toBe(true)

  await link(page, 'Wijzigen').click()
  await look(page, 'documenten-wijzigen', { phone: true })
  await field(page, 'Titel').fill('Attest van Sint-Lukas')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await expect(page.getByRole('heading', { level: 1, name: 'Attest van Sint-Lukas' })).toBeVisible()
  await link(page, 'Intrekken').click()
  await look(page, 'documenten-intrekken', { phone: true })
  await field(page, 'Waarom trek je het in?').fill('Van een andere jongere.')
  expect(await press(page, 'Intrekken')).toBe(303)
  await expect(link(page, 'Attest van Sint-Lukas')).toHaveCount(0)

  // The client reads who opened what.
  await logOut(page)
  await logIn(page, demo, 'jongere')
  const header = page.getByRole('navigation', { name: 'Hoofdmenu', exact: true })
  await header.getByRole('link', { name: 'Mijn dossier', exact: true }).click()
  await openMenu(page, 'Documenten')
  await expect(link(page, 'IMG_2041')).toBeVisible()
  await openMenu(page, 'Wie bekeek mijn dossier')
  await expect(page.getByText('Het bestand van een document: IMG_2041').first()).toBeVisible()
})

test('een bestand dat niet kan: de zin noemt het bestand, en niets is bewaard', async ({ page, look }) => {
  await openForm(page)
  await select(page, 'Soort document', 'Cv')
  await field(page, 'Titel').fill('Mijn cv')
  await field(page, 'Bestanden').setInputFiles([
    { name: 'goed.pdf', mimeType: 'application/pdf', buffer: pdf('goed') },
    { name: 'vals.pdf', mimeType: 'application/pdf', buffer: Buffer.from('<html></html>') }
  ])
  expect(await press(page, 'Toevoegen')).toBe(422)
  await expectProblem(page, /vals\.pdf is iets anders dan de naam zegt/)
  await expect(field(page, 'Titel')).toHaveValue('Mijn cv')
  await look(page, 'documenten-fout', { phone: true })
  await link(page, 'Terug').click()
  await expect(page.getByText('Nog geen documenten')).toBeVisible()
})

test('de begeleidingsovereenkomst staat bij de stap', async ({ page, look }) => {
  expect(await register(page, demo, CLIENT, '28/5/2025')).toBe(303)
  await openLine(page, demo, CLIENT)
  await page.getByRole('link', { name: 'Voeg een document toe bij deze stap' }).click()
  await expect(field(page, 'Soort document')).toHaveValue('begeleidingsovereenkomst')
  await field(page, 'Bestanden').setInputFiles({
    name: 'Begeleidingsovereenkomst.pdf',
    mimeType: 'application/pdf',
    buffer: pdf('Begeleidingsovereenkomst')
  })
  expect(await press(page, 'Toevoegen')).toBe(303)
  await expect(link(page, 'Begeleidingsovereenkomst')).toBeVisible()
  await look(page, 'documenten-stap', { phone: true })
})

test('het ingevulde formulier gaat mee met de vraag om inzagerecht', async ({ page, look }) => {
  await logOut(page)
  await logIn(page, demo, 'andere')
  await page.goto(`${demo.url}/inzagerechten/nieuw`)
  await field(page, 'Klantnummer').fill(CLIENT)
  await page.getByRole('radio', { name: 'Geboortedatum' }).check()
  const born = page.getByRole('group', { name: 'Geboortedatum', exact: true })
  await born.getByLabel('Dag', { exact: true }).fill('1')
  await born.getByLabel('Maand', { exact: true }).fill('1')
  await born.getByLabel('Jaar', { exact: true }).fill('2008')
  await page.getByRole('radio', { name: 'Akkoord van de jongere' }).check()
  const form = page.getByRole('group', { name: 'Op welke dag vulden jullie het formulier in?' })
  await form.getByLabel('Dag', { exact: true }).fill('27')
  await form.getByLabel('Maand', { exact: true }).fill('5')
  await form.getByLabel('Jaar', { exact: true }).fill('2025')
  await field(page, 'Waarvoor hebben jullie het inzagerecht nodig?').fill('Begeleiding vanaf juni.')
  expect(await press(page, 'Verstuur je vraag')).toBe(422)
  await expectProblem(page, /Voeg het ingevulde formulier toe/)
  await look(page, 'documenten-inzagevraag', { phone: true })
  await field(page, 'Het ingevulde formulier').setInputFiles({
    name: 'Inzageformulier.pdf',
    mimeType: 'application/pdf',
    buffer: pdf('Inzageformulier')
  })
  expect(await press(page, 'Verstuur je vraag')).toBe(303)
  await logOut(page)
  await logIn(page, demo, 'bemiddelaar')
  await page.goto(`${demo.url}/inzagevragen`)
  await page.getByRole('link', { name: `Inzagerecht, klant ${CLIENT}` }).first().click()
  await expect(page.getByRole('link', { name: /Inzageformulier\.pdf/ })).toBeVisible()
  await look(page, 'documenten-inzagevraag-bemiddelaar', { phone: true })
  await expect(button(page, 'Weigeren')).toBeVisible()
})
