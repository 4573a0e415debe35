// The rights of the young person: the own view, who may open and who looked, a correction from question
// to answer, the national number for a reason, and a copy of everything.
import { readFile } from 'node:fs/promises'
import { startDemo } from '../lib/demo.js'
import { button, link, logIn, logOut, openDossier } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

let demo
test.beforeAll(async () => {
  demo = await startDemo()
})
test.afterAll(() => demo?.stop())

const heading = (page, name) => page.getByRole('heading', { level: 1, name, exact: true })

/** The client lands on the own dossier. */
async function asClient(page) {
  await logIn(page, demo, 'jongere')
  await expect(heading(page, 'Mijn dossier')).toBeVisible()
}

test('de jongere komt op het eigen dossier en leest alles', async ({ page, look }) => {
  await asClient(page)
  await look(page, 'mijn-dossier', { phone: true })
  for (const [way, title] of [
    ['Lees je gegevens', 'Persoonsgegevens en voorkeuren'],
    ['Lees je studies en je werkervaring', 'Profiel'],
    ['Lees je stappen naar werk', 'Begeleiding'],
    ['Lees wat er allemaal gebeurde', 'Wat er gebeurde'],
    ['Kies wie je dossier mag openen', 'Wie mag mijn dossier openen'],
    ['Kijk wie je dossier bekeek', 'Wie bekeek mijn dossier'],
    ['Vraag om iets recht te zetten', 'Rechtzettingen'],
    ['Download alles wat over jou bewaard is', 'Alles downloaden']
  ]) {
    await page.goto(`${demo.url}/`)
    await link(page, way).click()
    await expect(heading(page, title)).toBeVisible()
    await look(page)
  }
})

test('wie bekeek mijn dossier staat per dag, met waarom', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, '61000447')
  await logOut(page)
  await asClient(page)
  await link(page, 'Kijk wie je dossier bekeek').click()
  await expect(page.getByRole('heading', { level: 2, name: '28/05/2025' })).toBeVisible()
  const row = page.getByRole('row').filter({ hasText: 'VDABCORI VDABCORI' }).first()
  await expect(row).toContainText('Om de jongere te begeleiden')
  await look(page, 'wie-bekeek', { phone: true })
})

test('een rechtzetting: gevraagd, beslist en gelezen', async ({ page, look }) => {
  await asClient(page)
  await link(page, 'Vraag om iets recht te zetten').click()
  await link(page, 'Vraag een rechtzetting').click()
  await button(page, 'Verstuur je vraag').click()
  await expect(page.getByRole('alert')).toContainText('Kies waarover het gaat.')
  await look(page, 'rechtzetting-fout')
  await page.getByLabel('Waarover gaat het?').selectOption({ label: 'Persoonsgegevens' })
  await page
    .getByLabel('Wat klopt er niet, en hoe moet het zijn?')
    .fill('Ik woon nu in de Kerkstraat 5.')
  await look(page, 'rechtzetting-vragen', { phone: true })
  await button(page, 'Verstuur je vraag').click()
  await expect(page.getByRole('status')).toContainText('Je vraag is verstuurd.')
  await expect(page.getByText('Wacht op antwoord')).toBeVisible()
  await logOut(page)

  await logIn(page, demo, 'bemiddelaar')
  await link(page.getByRole('banner'), 'Rechtzettingen').click()
  await look(page, 'rechtzettingen-wachtrij', { phone: true })
  await page.getByRole('link', { name: 'Vraag om rechtzetting, klant 61000447' }).first().click()
  await look(page, 'rechtzetting-beslissen', { phone: true })
  await page.getByLabel('Antwoord').fill('Je adres is aangepast. Dank je wel.')
  await button(page, 'Toekennen').click()
  await expect(page.getByRole('status')).toContainText('De rechtzetting is toegekend.')
  await logOut(page)

  await asClient(page)
  await page.goto(`${demo.url}/meldingen`)
  await expect(page.getByText('Je adres is aangepast. Dank je wel.').first()).toBeVisible()
  await look(page)
  await page.getByRole('link', { name: 'Naar de rechtzettingen' }).first().click()
  await expect(page.getByText('Je adres is aangepast. Dank je wel.').first()).toBeVisible()
  await look(page, 'rechtzettingen', { phone: true })
})

test('een rechtzetting bij een beëindigde stap komt ernaast te staan', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, '61000450')
  await link(page, 'Alle stappen naar werk').click()
  await page.getByRole('table').getByRole('link').first().click()
  const line = page.url()
  await link(page, 'Vraag een rechtzetting').click()
  await page
    .getByLabel('Wat klopt er niet, en hoe moet het zijn?')
    .fill('De einddatum is een week te laat.')
  await button(page, 'Verstuur je vraag').click()
  await expect(page.getByRole('status')).toContainText('Je vraag is verstuurd.')
  await logOut(page)

  await logIn(page, demo, 'coach')
  await link(page.getByRole('banner'), 'Rechtzettingen').click()
  await page.getByRole('link', { name: 'Vraag om rechtzetting, klant 61000450' }).first().click()
  await page.getByLabel('Rechtzetting', { exact: true }).fill('De begeleiding eindigde een week vroeger.')
  await page.getByLabel('Antwoord').fill('Je had gelijk. Het staat nu naast de stap.')
  await look(page, 'rechtzetting-coach', { phone: true })
  await button(page, 'Toekennen').click()
  await expect(page.getByRole('status')).toContainText('De rechtzetting is toegekend.')
  await logOut(page)

  await logIn(page, demo, 'begeleider')
  await page.goto(line)
  await expect(page.getByText('De begeleiding eindigde een week vroeger.')).toBeVisible()
  await look(page, 'stap-met-rechtzetting', { phone: true })
})

test('het rijksregisternummer is verborgen en wordt getoond met een reden', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, '61000447')
  await link(page, 'Persoonsgegevens en voorkeuren').click()
  await expect(page.getByText(/^\*\*\.\*\*\.\*\*-\*\*\*\.\d\d$/)).toBeVisible()
  const fold = page.getByText('Toon het volledige rijksregisternummer')
  await fold.click()
  await button(page, 'Toon het nummer').click()
  await expect(page.getByRole('alert')).toContainText('Kies waarom je het nummer nodig hebt.')
  await look(page, 'insz-reden', { phone: true })
  await page.getByLabel('Een formulier of aangifte invullen').check()
  await button(page, 'Toon het nummer').click()
  await expect(page.getByText(/^\d\d\.\d\d\.\d\d-\d\d\d\.\d\d$/)).toBeVisible()
  expect(page.url()).not.toMatch(/\d{2}\.\d{2}\.\d{2}/)
  await look(page, 'insz-getoond')
  await logOut(page)

  await asClient(page)
  await link(page, 'Kijk wie je dossier bekeek').click()
  const row = page.getByRole('row').filter({ hasText: 'Zag het volledige rijksregisternummer' })
  await expect(row).toContainText('Een formulier of aangifte invullen')
})

test('de jongere kiest wie het dossier opent', async ({ page, look }) => {
  await asClient(page)
  await link(page, 'Kies wie je dossier mag openen').click()
  await look(page, 'toestemming', { phone: true })
  await page.getByRole('link', { name: /^(Beëindig|Trek je akkoord in) voor/ }).first().click()
  await page.getByLabel('Waarom?').fill('Ik ga verder met iemand anders.')
  await button(page, 'Beëindig het inzagerecht').click()
  await expect(heading(page, 'Wie mag mijn dossier openen')).toBeVisible()
  await expect(page.getByText('Ik ga verder met iemand anders.')).toBeVisible()
  await look(page, 'toestemming-ingetrokken', { phone: true })
})

test('alles downloaden, om te lezen en voor een computer', async ({
  page,
  look,
  javaScriptEnabled
}) => {
  await asClient(page)
  await link(page, 'Download alles wat over jou bewaard is').click()
  await button(page, 'Download').click()
  await expect(page.getByRole('alert')).toContainText('Kies in welke vorm je alles wil.')
  await look(page, 'alles-downloaden', { phone: true })
  const files = {}
  for (const [form, ends] of [['Om te lezen', 'html'], ['Voor een computer', 'json']]) {
    // The page anew: a button that was just pressed waits a second.
    await page.reload()
    await page.getByLabel(form).check()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      button(page, 'Download').click()
    ])
    expect(download.suggestedFilename()).toBe(`dossier-2025-05-28.${ends}`)
    files[ends] = await readFile(await download.path(), 'utf8')
  }
  const copy = JSON.parse(files.json)
  expect(copy.format).toBe('klantendossier-export')
  expect(copy.dossier[0].client_number).toBe('61000447')
  expect(copy.study.length).toBeGreaterThan(0)
  // The page stands on its own: nothing of it comes from elsewhere.
  await page.setContent(files.html)
  await expect(page.getByRole('heading', { level: 1 })).toContainText('61000447')
  // It has no script: one look, in a browser where axe can run.
  if (javaScriptEnabled) await look(page, 'export-leesbaar')
})
