// What is refused, as a person meets it: the sentence, the status, what was typed kept, nothing
// changed. Each test has a demo of its own.
import { startDemo } from '../lib/demo.js'
import {
  NOTHING_REACHED,
  addStep,
  button,
  expectDate,
  expectProblem,
  fillDate,
  group,
  logIn,
  logOut,
  openDossier,
  openLine,
  openSteps,
  post,
  press,
  register,
  rows,
  search,
  select,
  signIn,
  state,
  tickFacts
} from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const CLIENT = '61000447'

let demo
test.beforeEach(async ({ page }) => {
  demo = await startDemo()
  await logIn(page, demo, 'begeleider')
})
test.afterEach(() => demo?.stop())

test.describe('wie komt in aanmerking', () => {
  test('E1: wie een diploma heeft niet; de weigering noemt de studie en de datum', async ({
    page,
    look
  }) => {
    expect(await register(page, demo, '61000448', '28/5/2025')).toBe(422)
    await expectProblem(page, /Technisch secundair onderwijs - 3de graad/)
    await expectProblem(page, /30\/0?6\/2024|30 juni 2024/)
    await expectDate(page, 'Datum', '28', '5', '2025')
    await look(page, 'regel-e1-diploma')
    await openSteps(page, demo, '61000448')
    await expect(rows(page)).toHaveCount(0)
  })

  test('E4: zonder studie pas na de verklaring dat er geen diploma is', async ({ page, look }) => {
    expect(await register(page, demo, '61000449', '28/5/2025')).toBe(422)
    await expectProblem(page)
    await look(page, 'regel-e4-verklaring')
    await page.getByRole('checkbox', { name: 'Ik ging met de jongere na dat er geen diploma secundair onderwijs is' }).check()
    expect(await press(page, 'Bevestigen')).toBe(303)
    await openSteps(page, demo, '61000449')
    await expect(rows(page)).toHaveCount(1)
  })
})

test.describe('registreren', () => {
  test('S7: niet voor 1 september 2023 en niet in de toekomst', async ({ page }) => {
    expect(await register(page, demo, CLIENT, '31/8/2023')).toBe(422)
    await expectProblem(page, /1 september 2023|1\/0?9\/2023/)
    await fillDate(page, 'Datum', '29/5/2025')
    expect(await press(page, 'Bevestigen')).toBe(422)
    await expectProblem(page)
    await openSteps(page, demo, CLIENT)
    await expect(rows(page)).toHaveCount(0)
  })

  test('S8: een tweede lopende begeleiding wordt geweigerd, met een link naar de eerste', async ({
    page,
    look
  }) => {
    expect(await register(page, demo, CLIENT, '5/5/2025')).toBe(303)
    await openLine(page, demo, CLIENT)
    const first = new URL(page.url()).pathname
    expect(await register(page, demo, CLIENT, '28/5/2025')).toBe(422)
    await expectProblem(page)
    await look(page, 'regel-s8-tweede-begeleiding')
    const summary = page.getByRole('alert').filter({ hasText: 'Er is een probleem' })
    await summary.getByRole('link').first().click()
    expect(new URL(page.url()).pathname).toBe(first)
    await openSteps(page, demo, CLIENT)
    await expect(rows(page)).toHaveCount(1)
  })

  test('S12: een nieuwe lijn kan niet meteen geannuleerd zijn', async ({ page }) => {
    await openSteps(page, demo, CLIENT)
    await addStep(page)
    await fillDate(page, 'Datum', '28/5/2025')
    await state(page).selectOption({ label: 'Geannuleerd' })
    expect(await press(page, 'Bevestigen')).toBe(422)
    await expectProblem(page)
    await openSteps(page, demo, CLIENT)
    await expect(rows(page)).toHaveCount(0)
  })

  test('R4: de einddatum ligt niet voor de start', async ({ page }) => {
    await register(page, demo, CLIENT, '20/5/2025')
    await openLine(page, demo, CLIENT)
    await state(page).selectOption({ label: 'Beëindigd' })
    await fillDate(page, 'Einddatum', '19/5/2025')
    expect(await press(page, 'Bevestigen')).toBe(422)
    await expectProblem(page)
    await expectDate(page, 'Einddatum', '19', '5', '2025')
    await openSteps(page, demo, CLIENT)
    await expect(rows(page).getByRole('cell').last()).toHaveText(/^Bezig/)
  })

  test('C1, C2: een geannuleerde lijn verdwijnt uit de lijst', async ({ page, look }) => {
    await register(page, demo, CLIENT, '28/5/2025')
    await openLine(page, demo, CLIENT)
    await state(page).selectOption({ label: 'Geannuleerd' })
    await press(page, 'Bevestigen')
    // Stopped early is ended with a result, not cancelled: the screen says so, and asks why.
    await expect(page.getByRole('main')).toContainText('kies Beëindigd, met een resultaat')
    await page.getByLabel('Reden', { exact: true }).fill('Bij de verkeerde jongere geregistreerd.')
    await look(page, 'regel-c2-annuleren')
    expect(await press(page, 'Bevestigen')).toBe(303)
    await openSteps(page, demo, CLIENT)
    await expect(rows(page)).toHaveCount(0)
  })
})

test.describe('foute invoer', () => {
  for (const [what, day] of [
    ['een dag die niet bestaat', '31/2/2025'],
    ['een jaar van twee cijfers', '28/5/25'],
    ['letters', 'xx/mei/2025']
  ]) {
    test(`${what} (${day}) krijgt een zin, en wat je typte blijft staan`, async ({ page, look }) => {
      await openSteps(page, demo, CLIENT)
      await addStep(page)
      await fillDate(page, 'Datum', day)
      await page.getByLabel('Samenvatting', { exact: true }).fill('Dit blijft staan.')
      expect(await press(page, 'Bevestigen')).toBe(422)
      await expectProblem(page)
      // The same sentence in the summary and at the field.
      const sentence = await page.getByRole('alert').getByRole('link').first().innerText()
      await expect(group(page, 'Datum')).toContainText(sentence)
      await expectDate(page, 'Datum', ...day.split('/'))
      await expect(page.getByLabel('Samenvatting', { exact: true })).toHaveValue('Dit blijft staan.')
      await look(page, `foute-invoer-${day.replaceAll('/', '-')}`)
      await openSteps(page, demo, CLIENT)
      await expect(rows(page)).toHaveCount(0)
    })
  }

  test('een onbekend klantnummer: niets gevonden', async ({ page, look }) => {
    for (const what of ['69999999', 'niemand heet zo', '6100044x']) {
      await search(page, demo, what)
      await expect(page.getByRole('main')).toContainText('Geen klant gevonden')
      await expect(page.getByLabel('Zoek een klant', { exact: true })).toHaveValue(what)
    }
    await look(page, 'niets-gevonden')
  })

  test('I2: andermans dossier is er niet, ook niet op zijn adres', async ({ page, look }) => {
    await logOut(page)
    await logIn(page, demo, 'andere')
    await openDossier(page, demo, '61000451')
    const foreign = page.url()
    await logOut(page)

    await logIn(page, demo, 'begeleider')
    await search(page, demo, '61000451')
    await expect(page.getByRole('main')).toContainText('Geen klant gevonden')
    expect((await page.goto(foreign)).status()).toBe(404)
    await expect(page.getByText('61000451')).toHaveCount(0)
    const refused = await page.getByRole('main').innerText()
    await look(page, 'geen-toegang')
    // The same words as for an address that never was one.
    expect((await page.goto(changed(foreign))).status()).toBe(404)
    expect(await page.getByRole('main').innerText()).toBe(refused)
  })

  test('een samenvatting van 2 MB wordt geweigerd', async ({ page }) => {
    await openSteps(page, demo, CLIENT)
    await addStep(page)
    await fillDate(page, 'Datum', '28/5/2025')
    const huge = page.getByLabel('Samenvatting', { exact: true })
    await huge.evaluate(field => (field.value = 'a'.repeat(2 * 1024 * 1024)))
    expect([413, 422]).toContain(await press(page, 'Bevestigen'))
    await expect(page.getByRole('main')).toContainText(/te (lang|groot|veel)/i)
    await openSteps(page, demo, CLIENT)
    await expect(rows(page)).toHaveCount(0)
  })

  test('T2: hetzelfde formulier twee keer verstuurd is één lijn', async ({ page }) => {
    await openSteps(page, demo, CLIENT)
    await addStep(page)
    await fillDate(page, 'Datum', '28/5/2025')
    const answer = await post(page, button(page, 'Bevestigen'))
    expect(answer.status()).toBe(303)
    const request = answer.request()
    const again = await page.request.post(request.url(), {
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: demo.url },
      data: request.postData(),
      maxRedirects: 0
    })
    expect(again.status()).toBe(303)
    expect(again.headers().location).toBe(answer.headers().location)
    await openSteps(page, demo, CLIENT)
    await expect(rows(page)).toHaveCount(1)
  })

  test('een formulier van een andere site wordt geweigerd', async ({ page }) => {
    await openSteps(page, demo, CLIENT)
    await addStep(page)
    await fillDate(page, 'Datum', '28/5/2025')
    const form = await page.locator('form').filter({ has: state(page) }).evaluate(element => ({
      action: element.action,
      data: new URLSearchParams(new FormData(element)).toString()
    }))
    const forged = await page.request.post(form.action, {
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: 'https://elders.example',
        'sec-fetch-site': 'cross-site'
      },
      data: form.data,
      maxRedirects: 0
    })
    expect(forged.status()).toBe(403)
    await openSteps(page, demo, CLIENT)
    await expect(rows(page)).toHaveCount(0)
  })

  test('een formulier van een dag oud: opnieuw aanmelden, nakijken, en dan pas bewaren', async ({
    page,
    look
  }) => {
    await openSteps(page, demo, CLIENT)
    await addStep(page)
    await fillDate(page, 'Datum', '28/5/2025')
    await demo.restartAt('2025-05-29T11:00:00+02:00')
    expect(await press(page, 'Bevestigen')).toBe(401)
    await expect(page.getByRole('main')).toContainText('Wat je typte is niet verloren')
    await look(page, 'formulier-van-gisteren')
    await signIn(page, 'begeleider')
    expect([409, 422]).toContain(await press(page, 'Ga verder'))
    await expectProblem(page, 'Dit formulier stond te lang open')
    await expectDate(page, 'Datum', '28', '5', '2025')
    const elsewhere = await page.context().newPage()
    await openSteps(elsewhere, demo, CLIENT)
    await expect(rows(elsewhere)).toHaveCount(0)

    expect(await press(page, 'Bevestigen')).toBe(303)
    await openSteps(page, demo, CLIENT)
    await expect(rows(page)).toHaveCount(1)
  })

  test('R3, T1: naar een beëindigde lijn kan niets meer gestuurd worden', async ({
    page,
    context,
    look
  }) => {
    await register(page, demo, CLIENT, '20/5/2025')
    await openLine(page, demo, CLIENT)
    await page.getByLabel('Samenvatting', { exact: true }).fill('Te laat, maar wel getypt.')

    const elsewhere = await context.newPage()
    await endLine(elsewhere)

    expect(await press(page, 'Bevestigen')).toBe(409)
    await expect(page.getByRole('main')).toContainText(/beëindigd/i)
    await expect(page.getByRole('main')).toContainText('Te laat, maar wel getypt.')
    await look(page, 'regel-r3-al-beeindigd')
    await openLine(page, demo, CLIENT)
    await expect(page.getByRole('main')).not.toContainText('Te laat, maar wel getypt.')
  })

  test('T1: wie als tweede bewaart, ziet wat de eerste veranderde en houdt wat hij typte', async ({
    page,
    browser,
    look
  }) => {
    await register(page, demo, CLIENT, '20/5/2025')
    await openLine(page, demo, CLIENT)
    await page.getByLabel('Samenvatting', { exact: true }).fill('Van de tweede.')

    const colleague = await (await browser.newContext()).newPage()
    await logIn(colleague, demo, 'collega')
    await openLine(colleague, demo, CLIENT)
    await colleague.getByLabel('Samenvatting', { exact: true }).fill('Van de eerste.')
    expect(await press(colleague, 'Bevestigen')).toBe(303)
    await colleague.context().close()

    expect(await press(page, 'Bevestigen')).toBe(409)
    await expect(page.getByRole('main')).toContainText('Van de eerste.')
    await expect(page.getByLabel('Samenvatting', { exact: true })).toHaveValue('Van de tweede.')
    await look(page, 'regel-t1-twee-tegelijk')
  })

  /** Ends the client's line with a negative result, in another page. */
  async function endLine(page) {
    await openLine(page, demo, CLIENT)
    await state(page).selectOption({ label: 'Beëindigd' })
    await fillDate(page, 'Einddatum', '28/5/2025')
    await press(page, 'Bevestigen')
    await tickFacts(page)
    await select(page, 'Reden', NOTHING_REACHED)
    await select(page, 'Resultaatcode', 'Negatief resultaat')
    expect(await press(page, 'Bevestigen')).toBe(303)
  }
})

/** The same address with its longest part turned round: well formed, but of no dossier. */
function changed(address) {
  const url = new URL(address)
  const parts = url.pathname.split('/')
  const longest = parts.reduce((a, b) => (b.length > a.length ? b : a))
  url.pathname = parts.map(part => (part === longest ? [...part].reverse().join('') : part)).join('/')
  return url.href
}
