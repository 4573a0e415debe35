// The manual, step by step: one young person, from checking the requirements to a line that is
// removed. The tests follow each other on the same data, each with its own browser session.
import { startDemo } from '../lib/demo.js'
import { NO_DIPLOMA, REMOVE, REMOVED_NOTICE } from '../lib/words.js'
import {
  CONTINUES,
  MANUAL_CLIENT,
  MENU,
  STEP,
  addStep,
  button,
  expectDate,
  fillDate,
  group,
  leave,
  link,
  logIn,
  logOut,
  openDossier,
  openLine,
  openMenu,
  openSteps,
  press,
  rows,
  search,
  select,
  state,
  tickFacts
} from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const { number, name } = MANUAL_CLIENT
const FIRST_TALK = 'Kennismaking met de jongere. We spraken af dat we elkaar elke maand zien.'
const NEXT_TALK = 'Tweede gesprek: de werkplek is gevonden.'

test.describe.serial('de handleiding', () => {
  let demo
  test.beforeAll(async () => {
    demo = await startDemo()
  })
  test.afterAll(() => demo?.stop())

  test('je meldt je aan en zoekt de jongere', async ({ page, look }) => {
    await page.goto(`${demo.url}/`)
    await expect(page).toHaveURL(/\/aanmelden/)
    await look(page, '01-aanmelden', { phone: true })
    await logIn(page, demo, 'begeleider')
    await look(page, '02-begin', { phone: true })
    for (const what of [number, 'NAAMANTW61000447']) {
      await search(page, demo, what)
      await expect(link(page, name)).toBeVisible()
    }
    await look(page, '03-zoeken')
    await link(page, name).click()
    await expect(page.getByText('Uitkeringsgerechtigd volledig werkloos (00)').first()).toBeVisible()
    await expect(page.getByText(number).first()).toBeVisible()
    await look(page, '04-klantenportret', { phone: true })
    await logOut(page)
    await expect(page).toHaveURL(/\/aanmelden/)
  })

  test('1.1 je controleert in Profiel of er een diploma is', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await openDossier(page, demo, number)
    await openMenu(page, 'Profiel')
    const main = page.getByRole('main')
    await expect(main).toContainText(
      'Technisch secundair onderwijs - 2de graad: Toerisme, recreatie en sport'
    )
    await expect(main).toContainText('Heilig Hart College')
    await expect(main).toContainText(/16\/0?6\/2025/)
    await expect(main).toContainText(NO_DIPLOMA)
    for (const part of ['Over mezelf', 'Werkervaring', 'Studies']) {
      await expect(main.getByRole('heading', { name: part, exact: true })).toBeVisible()
    }
    await look(page, '05-profiel', { phone: true })
  })

  test('elke ingang van het menu toont wat het dossier daar heeft', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await openDossier(page, demo, number)
    const menu = page.getByRole('navigation', { name: 'Klantendossier', exact: true })
    expect(await menu.getByRole('link').allInnerTexts()).toEqual(MENU)
    for (const entry of MENU) {
      const answer = page.waitForResponse(response => response.request().isNavigationRequest())
      await openMenu(page, entry)
      expect((await answer).status(), entry).toBe(200)
      await look(page)
    }
  })

  test('2. je registreert een begeleiding', async ({ page, look, javaScriptEnabled }) => {
    await logIn(page, demo, 'begeleider')
    await openSteps(page, demo, number)
    await expect(rows(page)).toHaveCount(0)
    for (const tab of ['Traject', 'Randvoorwaarden', 'Inzetbaarheid']) {
      await expect(link(page, tab)).toBeVisible()
    }
    await look(page, '06-stappen-naar-werk-leeg')
    await link(page, 'Voeg een stap toe').click()
    await look(page, '07-voeg-een-stap-toe')
    await page
      .getByLabel('Stap', { exact: true })
      .selectOption({ label: 'Onderwijs onderst. alternerend leren' })
    await button(page, 'Toevoegen').click()
    await expect(page.getByRole('heading', { level: 1, name: `Stap: ${STEP}` })).toBeVisible()

    const states = state(page).locator('option')
    expect(await states.allTextContents()).toEqual(['Bezig', 'Beëindigd', 'Geannuleerd'])
    await expect(state(page).locator('option:checked')).toHaveText('Bezig')
    await expect(page.getByLabel('Financieringsnummer').locator('option:checked')).toHaveText(
      'EEWG019 - Onderwijs onderst alternerend leren'
    )
    const screen = await page.getByRole('main').innerText()
    for (const own of ['VDAB CENTRALE DIENST', 'KEIZERSLAAN 11 (1878)', 'VDABCORI VDABCORI']) {
      expect(screen.split(own).length - 1, `${own}, as requester and as provider`).toBe(2)
    }
    await expect(button(page, 'Aanvrager wijzigen')).toBeVisible()
    await expect(button(page, 'Uitvoerder wijzigen')).toBeVisible()
    await expect(group(page, 'Datum')).toContainText('Voorbeeld: 28/08/2025')
    if (javaScriptEnabled) {
      await expect(group(page, 'Einddatum')).toBeHidden()
    } else {
      await expect(group(page, 'Einddatum')).toContainText('Alleen bij toestand Beëindigd')
    }

    await page.getByLabel('Samenvatting', { exact: true }).fill(FIRST_TALK)
    await group(page, 'Datum').getByRole('button', { name: '» huidige datum' }).click()
    await expectDate(page, 'Datum', /^28$/, /^0?5$/, /^2025$/)
    await expect(page.getByLabel('Samenvatting', { exact: true })).toHaveValue(FIRST_TALK)
    await look(page, '08-detailscherm', { phone: true })

    expect(await press(page, 'Bevestigen')).toBe(303)
    await expect(page.getByRole('columnheader')).toHaveText(['Datum', 'Stap', 'Toestand'])
    await expect(rows(page)).toHaveCount(1)
    await expect(rows(page).getByRole('cell')).toHaveText([
      /^28\/05\/2025/,
      new RegExp(`^${STEP} EEWG019`),
      /^Bezig/
    ])
    await look(page, '09-stappen-naar-werk', { phone: true })
  })

  test('bevestigen en terug: zonder bevestigen komt er niets bij', async ({ page }) => {
    await logIn(page, demo, 'begeleider')
    await openSteps(page, demo, number)
    await addStep(page)
    await page.getByLabel('Samenvatting', { exact: true }).fill('Deze tekst blijft nergens staan.')
    await leave(page)
    await openSteps(page, demo, number)
    await expect(rows(page)).toHaveCount(1)
  })

  test('bij een volgend gesprek werk je verder met dezelfde lijn', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await openLine(page, demo, number)
    await look(page, '10-lijn-bezig')
    await page.getByLabel('Samenvatting', { exact: true }).fill(`${FIRST_TALK}\n${NEXT_TALK}`)
    expect(await press(page, 'Bevestigen')).toBe(303)
    await openSteps(page, demo, number)
    await expect(rows(page)).toHaveCount(1)
    await openLine(page, demo, number)
    await expect(page.getByLabel('Samenvatting', { exact: true })).toHaveValue(
      new RegExp(NEXT_TALK)
    )
    await link(page, 'Geschiedenis').click()
    await expect(page.getByRole('main')).toContainText(NEXT_TALK)
    await expect(page.getByRole('main')).toContainText('VDABCORI VDABCORI')
    await look(page, '11-geschiedenis')
  })

  test('je registreert een actie bij de begeleiding', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await openActions(page)
    await look(page, '12-acties')
    await link(page, 'Voeg een actie toe').click()
    await fillDate(page, 'Dag van de actie', '28/5/2025')
    await select(page, 'Soort', 'Individueel gesprek')
    await page.getByLabel('Duur in minuten', { exact: true }).fill('45')
    await page.getByRole('radio', { name: 'Aanwezig', exact: true }).check()
    await page.getByLabel('Plaats', { exact: true }).fill('Heilig Hart College')
    await page.getByLabel('Nota', { exact: true }).fill('Afspraken over de werkplek.')
    await look(page, '13-nieuwe-actie', { phone: true })
    expect(await press(page, 'Bevestigen')).toBe(303)
    await openActions(page)
    const action = page.getByRole('row').filter({ hasText: 'Individueel gesprek' })
    await expect(action).toContainText('28/05/2025')
    await expect(action).toContainText('45')
    await expect(action).toContainText('Afspraken over de werkplek.')
    await look(page, '14-actie-geregistreerd')
  })

  test('2.1 zonder resultaat blijft de lijn bezig', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await chooseEnd(page)
    await look(page, '15-beeindigen')
    await press(page, 'Bevestigen')
    const main = page.getByRole('main')
    await expect(main).toContainText('Beëindigd')
    await expect(main).toContainText('28/05/2025')
    await expect(main).toContainText('EEWG019')
    await look(page, '16-resultaat', { phone: true })
    await leave(page)
    await openSteps(page, demo, number)
    await expect(rows(page).getByRole('cell').last()).toHaveText(/^Bezig/)
  })

  test('2.1 met een resultaat is de lijn beëindigd', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await chooseEnd(page)
    await press(page, 'Bevestigen')
    // What stays possible is said before it is final.
    await expect(page.getByRole('main')).toContainText('14 dagen')
    await tickFacts(page, 'inEducation')
    await press(page, 'Stel een resultaat voor')
    await expect(page.getByRole('main')).toContainText(CONTINUES)
    await select(page, 'Reden', CONTINUES)
    await select(page, 'Resultaatcode', 'Positief resultaat')
    await look(page, '17-positief-resultaat')
    expect(await press(page, 'Bevestigen')).toBe(303)
    await openSteps(page, demo, number)
    await expect(rows(page)).toHaveCount(1)
    await expect(rows(page).getByRole('cell')).toHaveText([
      /^28\/05\/2025/,
      new RegExp(`^${STEP} EEWG019`),
      /^Beëindigd \/ Positief resultaat/
    ])
    await look(page, '18-beeindigd-in-de-lijst', { phone: true })
  })

  test('een beëindigde lijn is tekst; alleen aanvullen kan nog', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await openLine(page, demo, number)
    await expect(state(page)).toHaveCount(0)
    await expect(page.getByLabel('Samenvatting', { exact: true })).toHaveCount(0)
    const main = page.getByRole('main')
    await expect(main).toContainText(NEXT_TALK)
    await expect(main).toContainText(/11 juni( 2025)?|11\/0?6\/2025/)
    await look(page, '19-beeindigde-lijn', { phone: true })
    const addendum = 'De jongere startte in september met het tweede jaar.'
    await page.getByLabel('Aanvulling', { exact: true }).fill(addendum)
    expect(await press(page, 'Aanvulling toevoegen')).toBe(303)
    await openLine(page, demo, number)
    await expect(main).toContainText(NEXT_TALK)
    await expect(main).toContainText(addendum)
    await look(page, '20-aanvulling')
  })

  test('je vraagt de provinciale coach om een foute lijn te verwijderen', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await openLine(page, demo, number)
    await link(page, 'Vraag verwijdering aan de provinciale coach').click()
    const reason = page.getByLabel('Reden', { exact: true })
    await reason.fill('De einddatum is fout: het was een andere jongere.')
    await look(page, '21-vraag-verwijdering')
    expect(await press(page, 'Bevestigen')).toBe(303)
    await look(page, '22-verwijdering-gevraagd')
    // Nothing is gone before the coach decides.
    await openSteps(page, demo, number)
    await expect(rows(page)).toHaveCount(1)
  })

  test('de coach ziet de vraag en verwijdert de lijn', async ({ page, look }) => {
    await logIn(page, demo, 'coach')
    await openQueue(page)
    await expect(page.getByRole('main')).toContainText(number)
    await look(page, '23-wachtrij-van-de-coach', { phone: true })
    await page.getByRole('row').filter({ hasText: number }).getByRole('link').first().click()
    await expect(page.getByRole('main')).toContainText('het was een andere jongere')
    await look(page, '24-beslissing-van-de-coach')
    expect(await press(page, REMOVE)).toBe(303)
    await openQueue(page)
    await look(page, '25-wachtrij-daarna')
  })

  test('de vrager krijgt bericht, en de lijn staat niet meer in de lijst', async ({ page, look }) => {
    await logIn(page, demo, 'begeleider')
    await expect(page.getByRole('main')).toContainText(/Je hebt \d+ nieuwe melding/)
    await look(page, '26-nieuwe-melding')
    await link(page, 'Meldingen').click()
    await expect(page.getByRole('main')).toContainText(REMOVED_NOTICE)
    await look(page, '27-melding-van-de-coach')
    await openSteps(page, demo, number)
    await expect(rows(page)).toHaveCount(0)
  })

  /** An open line with state 'Beëindigd' and today as end, not confirmed. */
  async function chooseEnd(page) {
    await openLine(page, demo, number)
    await state(page).selectOption({ label: 'Beëindigd' })
    await expectDate(page, 'Einddatum', '', '', '')
    await fillDate(page, 'Einddatum', '28/5/2025')
  }

  async function openActions(page) {
    await openLine(page, demo, number)
    await page.getByRole('link', { name: /^Acties \(\d+\)$/ }).click()
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  }

  async function openQueue(page) {
    await page.goto(`${demo.url}/`)
    await page.getByRole('banner').getByRole('link', { name: 'Verwijderingen', exact: true }).click()
  }
})
