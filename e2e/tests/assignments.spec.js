// Narrowing (I2): the manager opens dossiers only to assigned counsellors, a counsellor hands one on, and
// where the own notices are mailed to.
import { startDemo } from '../lib/demo.js'
import { button, expectProblem, link, logIn, logOut, openSteps, press, search } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const CLIENT = '61000447'

let demo
test.beforeEach(async () => {
  demo = await startDemo()
})
test.afterEach(() => demo?.stop())

async function become(page, user) {
  await page.goto(`${demo.url}/meldingen`)
  if (!page.url().includes('/aanmelden')) await logOut(page)
  expect(await logIn(page, demo, user)).toBe(303)
}

async function finds(page) {
  await search(page, demo, CLIENT)
  return (await page.getByRole('row').filter({ hasText: CLIENT }).count()) > 0
}

test('beperkt tot toegewezen begeleiders, toegewezen, doorgegeven en weggehaald', async ({
  page,
  look
}) => {
  test.setTimeout(120_000)
  await logIn(page, demo, 'beheerder')
  await link(page, 'Toewijzingen').click()
  await look(page, 'toewijzingen-uit', { phone: true })
  expect(await press(page, 'Beperk tot toegewezen begeleiders')).toBe(303)
  await expect(page.getByText('Vanaf nu opent een begeleider alleen')).toBeVisible()
  await look(page, 'toewijzingen', { phone: true })
  await page.getByLabel('Zoek op klantnummer').fill(CLIENT)
  await button(page, 'Zoeken').click()
  await page.getByRole('row').filter({ hasText: CLIENT }).getByRole('link').click()
  await expect(page.getByText(`klantnummer ${CLIENT}`)).toBeVisible()
  await look(page, 'toewijzing', { phone: true })
  expect(await press(page, 'Wijs toe')).toBe(422)
  await expectProblem(page, 'Kies een begeleider uit de lijst.')
  await page.getByLabel('Begeleider', { exact: true }).selectOption({ index: 1 })
  expect(await press(page, 'Wijs toe')).toBe(303)
  await look(page, 'toewijzing-met-namen', { phone: true })
  while ((await page.getByRole('button', { name: /^Haal weg/ }).count()) > 0) {
    expect(await press(page, /^Haal weg/)).toBe(303)
  }
  await expect(page.getByText('Niet toegewezen')).toBeVisible()

  // Nobody has it now; then one counsellor does, and the colleague still does not.
  await become(page, 'begeleider')
  expect(await finds(page)).toBe(false)
  const name = await page.getByRole('banner').innerText()
  await become(page, 'beheerder')
  await page.goto(`${demo.url}/toewijzingen`)
  await page.getByLabel('Zoek op klantnummer').fill(CLIENT)
  await button(page, 'Zoeken').click()
  await expect(page.getByRole('row').filter({ hasText: CLIENT })).toContainText(/niet toegewezen/i)
  await page.getByRole('row').filter({ hasText: CLIENT }).getByRole('link').click()
  const options = await page.getByLabel('Begeleider', { exact: true }).locator('option').all()
  for (const option of options) {
    const label = await option.innerText()
    if (name.includes(label.split(' (')[0])) {
      await page.getByLabel('Begeleider', { exact: true }).selectOption({ label })
    }
  }
  expect(await press(page, 'Wijs toe')).toBe(303)
  await become(page, 'collega')
  expect(await finds(page)).toBe(false)
  await become(page, 'begeleider')
  await page.goto(`${demo.url}/meldingen`)
  await expect(page.getByText('Een dossier is aan jou toegewezen.').first()).toBeVisible()
  await openSteps(page, demo, CLIENT)
  await page.getByRole('link', { name: 'Dienstverlening', exact: true }).click()
  await link(page, 'Wie van ons opent dit dossier').click()
  await look(page, 'doorgeven', { phone: true })
  await page.getByLabel('Collega', { exact: true }).selectOption({ index: 1 })
  await page.getByLabel('Ik werk zelf niet meer aan dit dossier').check()
  expect(await press(page, 'Geef door')).toBe(303)
  await expect(page.getByText('Het dossier is doorgegeven.')).toBeVisible()
  expect(await finds(page)).toBe(false)

  // The client reads who has it, and what happened.
  await become(page, 'jongere')
  await link(page, 'Mijn dossier').first().click()
  await page.getByRole('link', { name: 'Dienstverlening', exact: true }).click()
  await expect(page.getByText(/^Alleen: /).first()).toBeVisible()
  await page.getByRole('link', { name: 'Wat er gebeurde', exact: true }).click()
  await expect(page.getByText('Dossier toegewezen aan een begeleider').first()).toBeVisible()

  await become(page, 'beheerder')
  await page.goto(`${demo.url}/toewijzingen`)
  await page.getByText('De beperking opheffen').click()
  expect(await press(page, 'Hef de beperking op')).toBe(303)
  await become(page, 'collega')
  expect(await finds(page)).toBe(true)
})
