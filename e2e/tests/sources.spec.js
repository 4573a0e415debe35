// What authentic sources tell: 'Loopbaangegevens', 'RVA', 'Inburgering - NT2' and 'Loopbaancheques', as a
// counsellor, the client and the mediator read them, and as another organisation does not.
import { startDemo } from '../lib/demo.js'
import { logIn, openDossier, openMenu } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const CLIENT = '61000447'
/** Made-up clients of whom the registers know something. */
const WITH_BENEFIT = '61000454'
const WITH_VOUCHER = '61000470'
const PUPIL_WITH_COURSE = '61000570'

const ENTRIES = {
  Loopbaangegevens: 'loopbaangegevens',
  RVA: 'rva',
  'Inburgering - NT2': 'inburgering',
  Loopbaancheques: 'loopbaancheques'
}

let demo
test.beforeAll(async () => {
  demo = await startDemo()
})
test.afterAll(() => demo?.stop())

/** Opens an entry of the menu of the dossier that is open. */
async function openEntry(page, entry) {
  await openMenu(page, entry)
  await expect(page.getByRole('heading', { level: 1, name: entry, exact: true })).toBeVisible()
}

test('een begeleider leest wat er hoort te komen, en van wie', async ({ page, look }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  for (const [entry, slug] of Object.entries(ENTRIES)) {
    await openEntry(page, entry)
    await expect(page.getByText('Geen gegevens', { exact: true }).first()).toBeVisible()
    await expect(page.getByText('Je kan ze hier lezen, niet wijzigen.')).toHaveCount(0)
    await look(page, `bron-${slug}-leeg`, { phone: true })
  }
})

test('de jongere leest het eigen dossier', async ({ page, look }) => {
  await logIn(page, demo, 'jongere')
  for (const entry of Object.keys(ENTRIES)) {
    await openEntry(page, entry)
    await look(page)
  }
})

test('een andere organisatie krijgt een bladzijde die er niet is', async ({ page }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, WITH_BENEFIT)
  const dossier = new URL(page.url()).pathname.split('/').slice(0, 3).join('/')
  await page.context().clearCookies()
  await logIn(page, demo, 'andere')
  for (const slug of Object.values(ENTRIES)) {
    const answer = await page.goto(`${demo.url}${dossier}/${slug}`)
    expect(answer.status(), slug).toBe(404)
  }
})

test('de bemiddelaar leest wat de bronnen zeggen, en wat niet van toepassing is', async ({ page, look }) => {
  await logIn(page, demo, 'bemiddelaar')
  const rows = page.getByRole('table').getByRole('row')

  await openDossier(page, demo, WITH_BENEFIT)
  await openEntry(page, 'Loopbaangegevens')
  await expect(rows).toHaveCount(3)
  await expect(rows.nth(1)).toContainText('Loopt nog')
  await expect(rows.nth(1)).toContainText('Uitgesloten van uitkering (14)')
  await expect(page.getByText('Je kan ze hier lezen, niet wijzigen.')).toBeVisible()
  await look(page, 'bron-loopbaangegevens', { phone: true })
  await openEntry(page, 'RVA')
  await expect(rows.nth(1)).toContainText('Nee')
  await look(page, 'bron-rva', { phone: true })

  await openDossier(page, demo, WITH_VOUCHER)
  await openEntry(page, 'Loopbaancheques')
  await expect(rows.nth(1)).toContainText('Besteld')
  await look(page, 'bron-loopbaancheques', { phone: true })

  await openDossier(page, demo, PUPIL_WITH_COURSE)
  await openEntry(page, 'Inburgering - NT2')
  await expect(page.getByRole('table')).toHaveCount(2)
  await expect(page.getByText('Richtgraad 1.2 (A2)')).toBeVisible()
  await look(page, 'bron-inburgering', { phone: true })
  await openEntry(page, 'Loopbaancheques')
  await expect(page.getByText('Niet van toepassing', { exact: true })).toBeVisible()
  await expect(page.getByText('niet voor een leerling (werksituatie 11).')).toBeVisible()
  await look(page, 'bron-loopbaancheques-leerling')
})
