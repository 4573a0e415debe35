// What a counsellor does, in the words of the screens. Everything is found by role and name.
import { expect } from '@playwright/test'
import { PASSWORD } from './demo.js'

export const MANUAL_CLIENT = { number: '61000447', name: 'VNMANTW61000447 NAAMANTW61000447' }
export const STEP = 'Onderwijs onderst alternerend leren'

/** Every entry of the dossier's menu, in the manual's order. */
export const MENU = [
  'Klantenportret',
  'Profiel',
  'Vacature-dashboard',
  'Persoonsgegevens en voorkeuren',
  'Documenten',
  'Berichten',
  'Loopbaancheques',
  'Begeleiding',
  'Dienstverlening',
  'Competentieontwikkeling',
  'Transmissie',
  'Inburgering - NT2',
  'PmAB',
  'Loopbaangegevens',
  'RVA'
]

/** The four facts of the second screen (R2). */
export const FACTS = {
  inEducation: 'Zit nog in een opleiding, of start een andere',
  hasWork: 'Heeft werk',
  qualification: 'Behaalde een beroeps- of onderwijskwalificatie',
  stopped: 'De begeleiding stopt om afwezigheid, onwil of gebrek aan motivatie'
}

/** Two reasons out of the programme, and the result that follows from each (R2). */
export const CONTINUES = 'De jongere zet de opleiding verder of start een andere opleiding'
export const NOTHING_REACHED =
  'De jongere behaalde geen beroeps- of onderwijskwalificatie én heeft geen werk'

export async function logIn(page, demo, user, password = PASSWORD) {
  await page.goto(`${demo.url}/aanmelden`)
  return signIn(page, user, password)
}

/** On the page that asks for it. */
export async function signIn(page, user, password = PASSWORD) {
  await page.getByLabel('Gebruikersnaam', { exact: true }).fill(user)
  await page.getByLabel('Wachtwoord', { exact: true }).fill(password)
  return press(page, 'Aanmelden')
}

export async function logOut(page) {
  await press(page, 'Afmelden')
}

/** Presses a button that posts a form; answers the status of that post. */
export async function press(page, name) {
  return (await post(page, button(page, name))).status()
}

/** The same for any control; answers the response to the post, before any redirect. */
export async function post(page, control) {
  const answer = page.waitForResponse(response => {
    const request = response.request()
    return request.isNavigationRequest() && request.method() === 'POST'
  })
  await control.click()
  const response = await answer
  await page.waitForLoadState()
  return response
}

export function button(page, name) {
  return page.getByRole('button', { name, exact: typeof name === 'string' })
}

export function link(page, name) {
  return page.getByRole('link', { name, exact: true })
}

export async function search(page, demo, what) {
  await page.goto(`${demo.url}/`)
  await page.getByLabel('Zoek een klant', { exact: true }).fill(what)
  await button(page, 'Zoeken').click()
  await page.waitForLoadState()
}

/** From the start page into the dossier of a client number. */
export async function openDossier(page, demo, number) {
  await search(page, demo, number)
  await page.getByRole('row').filter({ hasText: number }).getByRole('link').click()
  await expect(page.getByRole('navigation', { name: 'Klantendossier', exact: true })).toBeVisible()
}

export async function openMenu(page, entry) {
  const menu = page.getByRole('navigation', { name: 'Klantendossier', exact: true })
  await menu.getByRole('link', { name: entry, exact: true }).click()
  await page.waitForLoadState()
}

/** 'Begeleiding', tab 'Stappen naar werk', of a client number. */
export async function openSteps(page, demo, number) {
  await openDossier(page, demo, number)
  await openMenu(page, 'Begeleiding')
  await link(page, 'Stappen naar werk').click()
  await expect(link(page, 'Voeg een stap toe')).toBeVisible()
}

/** From the list to the empty detail screen. */
export async function addStep(page) {
  await link(page, 'Voeg een stap toe').click()
  await page
    .getByLabel('Stap', { exact: true })
    .selectOption({ label: 'Onderwijs onderst. alternerend leren' })
  await button(page, 'Toevoegen').click()
  await expect(page.getByRole('heading', { level: 1, name: `Stap: ${STEP}` })).toBeVisible()
}

/** Registers a guidance that starts on a day, and answers the status of 'Bevestigen'. */
export async function register(page, demo, number, day) {
  await openSteps(page, demo, number)
  await addStep(page)
  await fillDate(page, 'Datum', day)
  return press(page, 'Bevestigen')
}

export function state(page) {
  return page.getByLabel('Toestand', { exact: true })
}

export function group(page, name) {
  return page.getByRole('group', { name, exact: true })
}

/** Fills day, month and year as a person types them: '28/5/2025'. */
export async function fillDate(page, name, text) {
  const date = group(page, name)
  const [day, month, year] = text.split('/')
  await date.getByLabel('Dag', { exact: true }).fill(day)
  await date.getByLabel('Maand', { exact: true }).fill(month)
  await date.getByLabel('Jaar', { exact: true }).fill(year)
}

export async function expectDate(page, name, day, month, year) {
  const date = group(page, name)
  await expect(date.getByLabel('Dag', { exact: true })).toHaveValue(day)
  await expect(date.getByLabel('Maand', { exact: true })).toHaveValue(month)
  await expect(date.getByLabel('Jaar', { exact: true })).toHaveValue(year)
}

/** The lines in the list 'Stappen naar werk'. */
export function rows(page) {
  return page.getByRole('row').filter({ hasText: STEP })
}

/** Opens the newest line of a client. */
export async function openLine(page, demo, number) {
  await openSteps(page, demo, number)
  await rows(page).first().getByRole('link', { name: STEP }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(STEP)
}

/** Ticks the facts that are true (R2), by their names in FACTS. */
export async function tickFacts(page, ...facts) {
  for (const [fact, name] of Object.entries(FACTS)) {
    await page.getByRole('checkbox', { name, exact: true }).setChecked(facts.includes(fact))
  }
}

export async function select(page, name, label) {
  await page.getByRole('combobox', { name, exact: true }).selectOption({ label })
}

/** 'Terug zonder bevestigen'. */
export async function leave(page) {
  await press(page, 'Terug zonder bevestigen')
}

/** The page was refused as a form: summary on top, each line a link to a field, title 'Fout: '. */
export async function expectProblem(page, sentence) {
  expect(await page.title()).toMatch(/^Fout: /)
  const summary = page.getByRole('alert').filter({ hasText: 'Er is een probleem' })
  await expect(summary).toBeVisible()
  if (sentence) await expect(summary).toContainText(sentence)
  for (const line of await summary.getByRole('link').all()) {
    const target = await line.getAttribute('href')
    if (target.startsWith('#')) await expect(page.locator(target), target).toHaveCount(1)
  }
}

/** Text as nobody should type it: mark-up, characters of four bytes, and from right to left. */
export const ODD =
  '<b onclick="x()">\u{1F68C}\u{10348}</b> \u05E9\u05DC\u05D5\u05DD & "hij zei \'ja\'"'

/** A field by its whole label. */
export const field = (page, name) => page.getByLabel(name, { exact: true })

/** Ticks a box or chooses a radio by its whole label. */
export const check = (page, name) => field(page, name).check()
