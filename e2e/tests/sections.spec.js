// The sections that a counsellor fills in, as the counsellor, the mediator, the client and somebody of another
// organisation meet them.
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
/** The demo fills in every section of this one. */
const FILLED = '61000452'

/** Each section: the entry of the menu, its tab, its empty state and the link to add. */
const SECTIONS = [
  ['Vacature-dashboard', '', 'Nog geen vacatures', 'Voeg een vacature toe'],
  ['Persoonsgegevens en voorkeuren', '', 'Nog geen talen', 'Voeg een taal toe'],
  ['Begeleiding', 'Traject', 'Nog geen doelen', 'Voeg een doel toe'],
  ['Begeleiding', 'Randvoorwaarden', 'Nog geen randvoorwaarden', 'Voeg een randvoorwaarde toe'],
  ['Begeleiding', 'Inzetbaarheid', 'Nog geen inzetbaarheid', 'Vul de inzetbaarheid in'],
  ['Competentieontwikkeling', '', 'Nog geen opleidingen', 'Voeg een opleiding of stage toe']
]

let demo
test.beforeEach(async () => {
  demo = await startDemo()
})
test.afterEach(() => demo?.stop())

/** What the picture of a section is called. */
const nameOf = (entry, tab) => (tab || entry).toLowerCase().replaceAll(' ', '-')

/** Where a section stands in the dossier that is open. */
async function open(page, entry, tab) {
  await openMenu(page, entry)
  if (tab) await link(page, tab).click()
  await page.waitForLoadState()
}

/** The client's own dossier. */
async function openOwn(page) {
  const header = page.getByRole('navigation', { name: 'Hoofdmenu', exact: true })
  await header.getByRole('link', { name: 'Mijn dossier', exact: true }).click()
}

/** 10,000 characters, of which a note takes 2,000. */
async function expectTooLong(page, name) {
  const text = ODD.repeat(400).slice(0, 10000)
  await field(page, name).fill(text)
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, /te lang/)
  await expect(field(page, name)).toHaveValue(text)
}

test('elk onderdeel: leeg, ingevuld, voor wie mag en voor wie leest', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  const addresses = []
  for (const [entry, tab, empty, add] of SECTIONS) {
    await open(page, entry, tab)
    await expect(page.getByText(empty)).toBeVisible()
    await expect(link(page, add)).toBeVisible()
    await look(page, `${nameOf(entry, tab)}-leeg`)
    addresses.push(page.url())
  }
  await openDossier(page, demo, FILLED)
  for (const [entry, tab, empty] of SECTIONS) {
    await open(page, entry, tab)
    await expect(page.getByText(empty)).toHaveCount(0)
    await page.getByText('Geschiedenis', { exact: true }).click()
    await look(page, nameOf(entry, tab), { phone: true })
  }
  await logOut(page)

  await logIn(page, demo, 'bemiddelaar')
  for (const [place, address] of addresses.entries()) {
    await page.goto(address)
    await expect(link(page, SECTIONS[place][3])).toBeVisible()
    await look(page)
  }
  await logOut(page)

  await logIn(page, demo, 'jongere')
  for (const [place, address] of addresses.entries()) {
    await page.goto(address)
    await expect(page.getByText(SECTIONS[place][2])).toBeVisible()
    await expect(link(page, SECTIONS[place][3])).toHaveCount(0)
    await look(page)
  }
  await logOut(page)

  await logIn(page, demo, 'andere')
  for (const address of addresses) {
    expect((await page.goto(address)).status()).toBe(404)
  }
})

test('de tijdlijn: een tekening met de jaren, en dezelfde feiten in een tabel', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, FILLED)
  const picture = page.getByRole('img', { name: /^Tijdlijn van \d{4} tot \d{4}/ })
  await expect(picture).toBeVisible()
  await expect(picture).toContainText('vandaag')
  // Whoever cannot see it all scrolls it, with the keyboard too.
  const region = page.getByRole('region', { name: 'Tijdlijn', exact: true })
  await region.focus()
  await expect(region).toBeFocused()
  await page.getByText('Tijdlijn als tabel', { exact: true }).click()
  const table = page.getByRole('table', { name: 'Tijdlijn', exact: true })
  await expect(table.getByRole('cell', { name: /^Sinds / }).first()).toBeVisible()
  await look(page, 'tijdlijn', { phone: true })
  // Nothing in the picture stands on something else or outside of it.
  const faults = await picture.evaluate(svg => {
    const frame = svg.getBoundingClientRect()
    const boxes = [...svg.querySelectorAll('.kd-years__lane text, .kd-years__lane polygon')].map(it => ({
      what: it.textContent || it.getAttribute('points'),
      ...it.getBoundingClientRect().toJSON()
    }))
    const found = []
    boxes.forEach((one, place) => {
      if (one.left < frame.left - 1 || one.right > frame.right + 1) found.push(`outside: ${one.what}`)
      if (one.top < frame.top - 1 || one.bottom > frame.bottom + 1) found.push(`outside: ${one.what}`)
      for (const other of boxes.slice(place + 1)) {
        const isApart =
          one.right <= other.left + 1 ||
          other.right <= one.left + 1 ||
          one.bottom <= other.top + 1 ||
          other.bottom <= one.top + 1
        if (!isApart) found.push(`${one.what} on ${other.what}`)
      }
    })
    return found
  })
  expect(faults).toEqual([])
  await logOut(page)
  await logIn(page, demo, 'jongere')
  await openOwn(page)
  await openMenu(page, 'Klantenportret')
  await expect(page.getByRole('heading', { name: 'Tijdlijn', exact: true })).toBeVisible()
  await look(page)
})

test('een randvoorwaarde: toevoegen, verbeteren, en wat de jongere leest', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  await open(page, 'Begeleiding', 'Randvoorwaarden')
  await link(page, 'Voeg een randvoorwaarde toe').click()
  await expect(page.getByText('Schrijf hier niets over gezondheid')).toBeVisible()
  await look(page, 'randvoorwaarde-toevoegen', { phone: true })
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, 'Kies het onderwerp uit de lijst.')
  await look(page, 'randvoorwaarde-fout')
  await select(page, 'Onderwerp', 'Mobiliteit')
  await check(page, 'Belemmering')
  await expectTooLong(page, 'Nota')
  await field(page, 'Nota').fill(ODD)
  expect(await press(page, 'Bevestigen')).toBe(303)
  await expect(page.getByRole('status')).toContainText('De randvoorwaarde is bewaard.')
  await expect(page.getByRole('main')).toContainText(ODD)
  await page.getByRole('link', { name: /^Wijzig.*Mobiliteit/ }).click()
  await expect(field(page, 'Nota')).toHaveValue(ODD)
  await check(page, 'In orde')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await page.getByText('Geschiedenis', { exact: true }).click()
  await expect(page.getByText('Randvoorwaarde gewijzigd')).toBeVisible()
  await look(page)
  await logOut(page)

  await logIn(page, demo, 'jongere')
  await openOwn(page)
  await open(page, 'Begeleiding', 'Randvoorwaarden')
  await expect(page.getByRole('main')).toContainText(ODD)
  await expect(page.getByRole('link', { name: /^Wijzig/ })).toHaveCount(0)
  await look(page, 'randvoorwaarden-jongere')
})

test('de inzetbaarheid: wat je aanvinkt staat er, en wat er stond blijft in de geschiedenis', async ({
  page,
  look
}) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  await open(page, 'Begeleiding', 'Inzetbaarheid')
  await link(page, 'Vul de inzetbaarheid in').click()
  await look(page, 'inzetbaarheid-invullen', { phone: true })
  await check(page, 'In bemiddeling')
  await field(page, 'Uren per week').fill('honderd')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, /Vul bij uren per week een geheel getal in van 1 tot 60/)
  await field(page, 'Uren per week').fill('38')
  await check(page, 'Maandag')
  await check(page, 'Vrijdag')
  await check(page, 'B (auto)')
  await field(page, 'Streek').fill(ODD)
  await expectTooLong(page, 'Nota')
  await field(page, 'Nota').fill('Liefst geen nachtwerk.')
  await fillDate(page, 'Beschikbaar vanaf', '1/7/2025')
  expect(await press(page, 'Bevestigen')).toBe(303)
  const main = page.getByRole('main')
  for (const shown of ['Maandag, Vrijdag', 'B (auto)', '01/07/2025', ODD]) {
    await expect(main).toContainText(shown)
  }
  await page.getByRole('link', { name: /^Wijzig/ }).click()
  await expect(field(page, 'Maandag')).toBeChecked()
  await field(page, 'Maandag').uncheck()
  expect(await press(page, 'Bevestigen')).toBe(303)
  await page.getByText('Geschiedenis', { exact: true }).click()
  await expect(page.getByText('Inzetbaarheid gewijzigd')).toBeVisible()
  await look(page, 'inzetbaarheid-geschiedenis')
})

test('een traject: doel, afspraken, startscreening, en het blad om af te drukken', async ({ page, look }) => {
  await logIn(page, demo, 'bemiddelaar')
  await openDossier(page, demo, CLIENT)
  await open(page, 'Begeleiding', 'Traject')
  await link(page, 'Voeg een doel toe').click()
  await look(page, 'traject-doel', { phone: true })
  await check(page, 'Leerwerkplek')
  await expectTooLong(page, 'Doel')
  await field(page, 'Doel').fill(ODD)
  await fillDate(page, 'Afgesloten op', '1/5/2025')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, 'Kies ook de uitkomst.')
  await fillDate(page, 'Afgesloten op', '//')
  expect(await press(page, 'Bevestigen')).toBe(303)

  await link(page, 'Voeg een afspraak toe').click()
  await look(page, 'traject-afspraak', { phone: true })
  await field(page, 'Afspraak').fill(ODD)
  await check(page, 'Jongere')
  await fillDate(page, 'Tegen', '10/6/2025')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await page.getByRole('link', { name: /^Wijzig/ }).nth(1).click()
  await select(page, 'Uitkomst', 'Gedaan')
  await fillDate(page, 'Afgesloten op', '27/5/2025')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await expect(page.getByText('Gedaan', { exact: true }).first()).toBeVisible()

  await link(page, 'Voeg een startscreening toe').click()
  await look(page, 'traject-screening', { phone: true })
  expect(await press(page, 'Bevestigen')).toBe(422)
  const willing = page.getByRole('group', { name: 'Wil de jongere werken (arbeidsbereid)?' })
  const ready = page.getByRole('group', { name: 'Is de jongere klaar om te werken (arbeidsrijp)?' })
  await willing.getByLabel('Ja', { exact: true }).check()
  await ready.getByLabel('Nog niet duidelijk', { exact: true }).check()
  await field(page, 'Nota').fill(ODD)
  expect(await press(page, 'Bevestigen')).toBe(303)
  await logOut(page)

  await logIn(page, demo, 'jongere')
  await openOwn(page)
  await open(page, 'Begeleiding', 'Traject')
  await look(page, 'traject-jongere', { phone: true })
  await link(page, 'Afsprakenblad om af te drukken').click()
  await expect(page.getByRole('cell', { name: ODD })).toBeVisible()
  await look(page, 'afsprakenblad', { phone: true })
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('navigation', { name: 'Klantendossier' })).toBeHidden()
  await expect(page.getByText('Handtekening begeleider')).toBeVisible()
  await look(page, 'afsprakenblad-afgedrukt')
})

test('een vacature: alleen een echte link, en de jongere zegt dat er gesolliciteerd is', async ({
  page,
  look
}) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  await open(page, 'Vacature-dashboard')
  await link(page, 'Voeg een vacature toe').click()
  await look(page, 'vacature-toevoegen', { phone: true })
  await check(page, 'Leerwerkplek')
  await field(page, 'Job').fill(ODD)
  await field(page, 'Werkgever').fill('De Gouden Lepel')
  await field(page, 'Link naar de vacature').fill('javascript:alert(1)')
  await check(page, 'Toegewezen')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, /De link klopt niet/)
  await field(page, 'Link naar de vacature').fill('https://voorbeeld.be/job?nummer=1&taal=nl')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, /Vul in tegen welke dag de jongere solliciteert/)
  await fillDate(page, 'Solliciteer tegen', '15/6/2025')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await expect(page.getByRole('main')).toContainText(ODD)
  const out = page.getByRole('link', { name: 'https://voorbeeld.be/job?nummer=1&taal=nl' })
  await expect(out).toHaveAttribute('rel', /noopener noreferrer/)
  await expect(page.getByRole('link', { name: /Ik heb gesolliciteerd/ })).toHaveCount(0)
  await logOut(page)

  await logIn(page, demo, 'jongere')
  await openOwn(page)
  await open(page, 'Vacature-dashboard')
  await look(page, 'vacatures-jongere', { phone: true })
  await page.getByRole('link', { name: /Ik heb gesolliciteerd/ }).click()
  await look(page, 'vacature-gesolliciteerd', { phone: true })
  expect(await press(page, 'Ja, ik heb gesolliciteerd')).toBe(303)
  await expect(page.getByRole('status')).toContainText('Je begeleider ziet nu dat je gesolliciteerd hebt.')
  await expect(page.getByText('Gesolliciteerd', { exact: true }).first()).toBeVisible()
  await expect(page.getByRole('link', { name: /Ik heb gesolliciteerd/ })).toHaveCount(0)
})

test('competentieontwikkeling: een stage, en een score die beter wordt', async ({ page, look }) => {
  await logIn(page, demo, 'bemiddelaar')
  await openDossier(page, demo, CLIENT)
  await open(page, 'Competentieontwikkeling')
  await link(page, 'Voeg een opleiding of stage toe').click()
  await look(page, 'opleiding-toevoegen', { phone: true })
  await field(page, 'Naam').fill(ODD)
  await field(page, 'Bij wie?').fill('Grootkeuken Dijle')
  await check(page, 'Werkervaringsstage')
  await fillDate(page, 'Begindatum', '6/1/2025')
  await select(page, 'Resultaat', 'Volledig gevolgd')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, 'Vul de einddatum')
  await fillDate(page, 'Einddatum', '16/5/2025')
  await field(page, 'Uren gevolgd').fill('96')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await expect(page.getByRole('main')).toContainText(ODD)

  await link(page, 'Voeg een competentie toe').click()
  await look(page, 'competentie-toevoegen', { phone: true })
  await field(page, 'Competentie').fill('Op tijd komen')
  await check(page, 'Arbeidsgericht')
  await check(page, '2: met veel hulp')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await page.getByRole('link', { name: /^Wijzig.*Op tijd komen/ }).click()
  await check(page, '4: zelfstandig')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await page.getByText('Geschiedenis', { exact: true }).click()
  await expect(page.getByText('Competentie gewijzigd')).toBeVisible()
  await look(page, 'competentie-geschiedenis')
})

test('de contactgegevens: verbeteren, met wat er stond in de geschiedenis', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  await open(page, 'Persoonsgegevens en voorkeuren')
  await link(page, 'Wijzig de contactgegevens').click()
  await look(page, 'contactgegevens-wijzigen', { phone: true })
  await field(page, 'E-mailadres').fill(ODD)
  await field(page, 'Telefoon').fill('112')
  await field(page, 'Postcode').fill('0999')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, 'Dit is geen Belgische postcode. Vul 4 cijfers in, bijvoorbeeld 2800.')
  await expectProblem(page, /Dit is geen telefoonnummer/)
  await expect(field(page, 'E-mailadres')).toHaveValue(ODD)
  await look(page, 'contactgegevens-fout', { phone: true })
  await field(page, 'E-mailadres').fill('jongere@voorbeeld.be')
  await field(page, 'Telefoon').fill('0470/12.34.56')
  await field(page, 'Postcode').fill('2800')
  await field(page, 'Straat en nummer').fill(ODD)
  await field(page, 'Gemeente').fill('Mechelen')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await expect(page.getByRole('status')).toContainText('De contactgegevens zijn bewaard.')
  for (const shown of ['+32470123456', '2800 Mechelen', ODD]) {
    await expect(page.getByRole('main')).toContainText(shown)
  }
  await page.getByText('Geschiedenis', { exact: true }).click()
  await expect(page.getByText('Contactgegevens gewijzigd')).toBeVisible()
  await look(page)
})

test('voorkeuren: talen, jobs, mobiliteit en hoe je iemand bereikt, ook in het profiel', async ({ page, look }) => {
  await logIn(page, demo, 'bemiddelaar')
  await openDossier(page, demo, CLIENT)
  await open(page, 'Persoonsgegevens en voorkeuren')
  await link(page, 'Voeg een taal toe').click()
  await look(page, 'taal-toevoegen', { phone: true })
  await select(page, 'Taal', 'Een andere taal')
  await check(page, 'Moedertaal')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, 'Schrijf welke andere taal het is.')
  await field(page, 'Welke andere taal?').fill(ODD)
  expect(await press(page, 'Bevestigen')).toBe(303)
  await expect(page.getByRole('main')).toContainText(ODD)

  await link(page, 'Voeg een gewenste job toe').click()
  await look(page, 'gewenste-job-toevoegen', { phone: true })
  await field(page, 'Welke job?').fill('Hulpkok')
  await field(page, 'Voorkeur').fill('11')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, /een geheel getal in van 1 tot 10/)
  await field(page, 'Voorkeur').fill('1')
  await expectTooLong(page, 'Nota')
  await field(page, 'Nota').fill(ODD)
  expect(await press(page, 'Bevestigen')).toBe(303)

  await link(page, 'Vul de mobiliteit in').click()
  await look(page, 'mobiliteit-invullen', { phone: true })
  await check(page, 'Fiets')
  await check(page, 'Bus, tram of trein')
  await field(page, 'Hoogstens hoeveel minuten?').fill('45')
  expect(await press(page, 'Bevestigen')).toBe(303)

  await link(page, 'Vul de contactvoorkeur in').click()
  await look(page, 'contactvoorkeur-invullen', { phone: true })
  await check(page, 'Sms')
  await select(page, 'In welke taal?', 'Turks')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await page.getByRole('link', { name: /^Wijzig.*Sms/ }).click()
  await expect(field(page, 'Sms')).toBeChecked()
  await check(page, 'Telefoon')
  expect(await press(page, 'Bevestigen')).toBe(303)
  await page.getByText('Geschiedenis', { exact: true }).click()
  await expect(page.getByText('Contactvoorkeur gewijzigd')).toBeVisible()
  await look(page, 'voorkeuren-geschiedenis', { phone: true })
  await logOut(page)

  await logIn(page, demo, 'jongere')
  await openOwn(page)
  await open(page, 'Persoonsgegevens en voorkeuren')
  await expect(page.getByRole('link', { name: /^Wijzig/ })).toHaveCount(0)
  await look(page, 'voorkeuren-jongere', { phone: true })
  await open(page, 'Profiel')
  for (const shown of [`${ODD} (Moedertaal)`, 'Hulpkok', 'Er is geen rijbewijs ingevuld.']) {
    await expect(page.getByRole('main')).toContainText(shown)
  }
  await look(page, 'profiel-jongere', { phone: true })
})
