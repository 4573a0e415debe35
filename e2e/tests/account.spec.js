// 'Mijn account': password, sessions, a second factor by app, recovery code and passkey, and the proof
// that is asked before what is sensitive.
import { createHmac } from 'node:crypto'
import { NOW, PASSWORD, startDemo } from '../lib/demo.js'
import { button, expectProblem, link, logIn, logOut, press } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** The clock of the demo, which runs on from `NOW`. */
let started
let demo
test.beforeAll(async () => {
  started = Date.now()
  demo = await startDemo()
  // Browsers make passkeys for names, not for addresses in numbers.
  demo.url = demo.url.replace('127.0.0.1', 'localhost')
})
test.afterAll(() => demo?.stop())

/** The code of an authenticator app (RFC 6238), `later` steps of half a minute from now. */
function code(secret, later = 0) {
  const bits = Array.from(secret.replaceAll(' ', ''), sign =>
    BASE32.indexOf(sign).toString(2).padStart(5, '0')
  ).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map(byte => Number.parseInt(byte, 2)))
  const now = Date.parse(NOW) + Date.now() - started
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(now / 30_000) + later))
  const sum = createHmac('sha1', key).update(counter).digest()
  const at = sum.at(-1) & 15
  return String((sum.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

async function openAccount(page) {
  await page.getByRole('banner').getByRole('link', { name: /Mijn account$/ }).click()
  await expect(page.getByRole('heading', { level: 1, name: 'Mijn account' })).toBeVisible()
}

test('een app als tweede stap: instellen, aanmelden, herstelcode, weer weg', async ({ page, look }, { project }) => {
  const user = project.name === 'met-javascript' ? 'collega' : 'andere'
  await logIn(page, demo, user)
  await openAccount(page)
  await look(page, 'account', { phone: true })
  expect(await press(page, 'App instellen')).toBe(303)
  await expect(page.getByRole('img', { name: /^QR-code/ })).toBeVisible()
  const width = await page.getByRole('img', { name: /^QR-code/ }).evaluate(it => it.naturalWidth)
  expect(width, 'the picture is there').toBeGreaterThan(100)
  await look(page, 'account-app', { phone: true })
  const secret = await page.locator('.kd-code').innerText()

  await page.getByLabel('Code van 6 cijfers').fill('123')
  expect(await press(page, 'Bevestigen')).toBe(422)
  await expectProblem(page, 'De code klopt niet')
  await page.getByLabel('Code van 6 cijfers').fill(code(secret))
  expect(await press(page, 'Bevestigen')).toBe(200)
  await expect(page.getByRole('heading', { level: 1, name: 'Je herstelcodes' })).toBeVisible()
  await look(page, 'account-herstelcodes', { phone: true })
  const codes = await page.locator('.kd-codes .kd-code').allInnerTexts()
  expect(new Set(codes).size).toBe(10)
  await link(page, 'Ik heb ze bewaard').click()
  await expect(page.getByText('Nog 10 over')).toBeVisible()
  await look(page, 'account-met-app', { phone: true })

  await logOut(page)
  expect(await logIn(page, demo, user)).toBe(200)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bevestig dat jij het bent')
  await look(page, 'aanmelden-tweede-stap', { phone: true })
  await page.getByLabel('Code van je app of herstelcode').fill('000000')
  expect(await press(page, 'Aanmelden')).toBe(422)
  await expectProblem(page, 'De code klopt niet')
  await page.getByLabel('Code van je app of herstelcode').fill(code(secret, 1))
  expect(await press(page, 'Aanmelden')).toBe(303)
  await expect(page.getByRole('navigation', { name: 'Hoofdmenu' })).toBeVisible()

  await logOut(page)
  await logIn(page, demo, user)
  await page.getByLabel('Code van je app of herstelcode').fill(codes[4])
  expect(await press(page, 'Aanmelden')).toBe(303)
  await openAccount(page)
  await expect(page.getByText('Nog 9 over')).toBeVisible()
  expect(await press(page, 'App verwijderen')).toBe(303)
  await expect(page.getByText('De tweede stap is verwijderd.')).toBeVisible()
})

test('sessies: het andere toestel afmelden, en overal', async ({ page, browser, look }) => {
  const other = await browser.newContext()
  const elsewhere = await other.newPage()
  await logIn(elsewhere, demo, 'bemiddelaar')
  await logIn(page, demo, 'bemiddelaar')
  await openAccount(page)
  const table = page.getByRole('table')
  await expect(table.getByText('Dit toestel')).toHaveCount(1)
  const ends = table.getByRole('button', { name: /^Afmelden ?: / })
  await expect(ends.first()).toBeVisible()
  const before = await ends.count()
  await ends.first().click()
  await expect(page.getByText('Dat toestel is afgemeld.')).toBeVisible()
  await expect(ends).toHaveCount(before - 1)
  await elsewhere.goto(`${demo.url}/`)
  await expect(elsewhere).toHaveURL(/\/aanmelden/)
  await other.close()
  await look(page)
  expect(await press(page, 'Afmelden overal')).toBe(303)
  await expect(page.getByText('Je bent overal afgemeld.')).toBeVisible()
})

test('het wachtwoord wijzigen vraagt een goed nieuw', async ({ page, look }) => {
  await logIn(page, demo, 'controleur')
  await openAccount(page)
  await page.getByRole('link', { name: /^Wijzigen ?: Wachtwoord$/ }).click()
  await look(page, 'account-wachtwoord', { phone: true })
  for (const [typed, sentence] of [
    ['kort', 'Neem minstens 15 tekens'],
    ['klantendossier-2025', 'bijna niets meer dan je naam'],
    ['passwordpassword', 'makkelijk te raden']
  ]) {
    await page.getByLabel('Huidig wachtwoord', { exact: true }).fill(PASSWORD)
    await page.getByLabel('Nieuw wachtwoord', { exact: true }).fill(typed)
    expect(await press(page, 'Wachtwoord wijzigen')).toBe(422)
    await expectProblem(page, sentence)
    await expect(page.getByLabel('Nieuw wachtwoord', { exact: true })).toHaveValue('')
  }
  await look(page)
})

test('een passkey: maken, ermee aanmelden, en bevestigen wat gevoelig is', async ({
  page,
  look,
  javaScriptEnabled
}) => {
  await logIn(page, demo, 'coach')
  await openAccount(page)
  await page.getByLabel('Naam van de passkey').fill('laptop op kantoor')
  if (!javaScriptEnabled) {
    expect(await press(page, 'Passkey toevoegen')).toBe(200)
    await expect(page.getByText('Passkeys werken alleen met JavaScript')).toBeVisible()
    await look(page, null)
    return
  }
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true
    }
  })
  await button(page, 'Passkey toevoegen').click()
  await expect(page.getByRole('heading', { level: 1, name: 'Je herstelcodes' })).toBeVisible()
  const codes = await page.locator('.kd-codes .kd-code').allInnerTexts()
  await link(page, 'Ik heb ze bewaard').click()
  await expect(page.getByText('laptop op kantoor', { exact: true })).toBeVisible()
  await look(page, 'account-met-passkey', { phone: true })

  // A whole log-in, without a name.
  await logOut(page)
  await button(page, 'Aanmelden met een passkey').click()
  await expect(page.getByRole('navigation', { name: 'Hoofdmenu' })).toBeVisible()
  await expect(page).toHaveURL(`${demo.url}/`)

  // As the second half.
  await logOut(page)
  await logIn(page, demo, 'coach')
  await button(page, 'Gebruik een passkey').click()
  await expect(page.getByRole('navigation', { name: 'Hoofdmenu' })).toBeVisible()

  // Ten minutes later: who it is, is asked again.
  await demo.restartAt('2025-05-28T10:20:00+02:00')
  await openAccount(page)
  await button(page, 'Nieuwe herstelcodes maken').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Bevestig dat jij het bent')
  await look(page, 'account-bevestigen', { phone: true })
  await button(page, 'Gebruik een passkey').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ga verder met wat je typte')
  await look(page)
  await button(page, 'Ga verder').click()
  await expect(page.getByRole('heading', { level: 1, name: 'Je herstelcodes' })).toBeVisible()
  const renewed = await page.locator('.kd-codes .kd-code').allInnerTexts()
  expect(renewed.some(it => codes.includes(it))).toBe(false)
})

test('de pagina waarschuwt voor je afgemeld wordt, en een druk volstaat', async ({ page, look, javaScriptEnabled }) => {
  test.skip(!javaScriptEnabled, 'without script the form is kept through the log-in')
  await page.clock.install()
  await logIn(page, demo, 'systeem')
  const warning = page.getByRole('alert').filter({ hasText: 'word je afgemeld' })
  await expect(warning).toBeHidden()
  await page.clock.fastForward('27:00')
  await expect(warning).toBeVisible()
  await look(page, 'sessie-waarschuwing', { phone: true })
  await button(page, 'Blijf aangemeld').click()
  await expect(warning).toBeHidden()
})
