// Logging in with ACM/IDM (OpenID Connect), at a real provider on loopback.
import { NUMBER, PASSWORD, startServe } from '../lib/serve.js'
import { button, expectProblem, link, post, press, signIn } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const BUTTON = 'Aanmelden met ACM/IDM'
const SETTINGS = [
  // Who logs in here has no second factor of the product's own, and not every way in is one.
  'second_factor = "optional"',
  'oidc_scopes = "vo rrn"',
  'oidc_acr_values = "eid"',
  'oidc_second_factor = "mfa"',
  'oidc_privileged_claim = "vo_doelgroepcode=GID"',
  'oidc_client_insz_claim = "rrn"'
]

let product
test.beforeAll(async () => {
  product = await startServe(SETTINGS)
})
test.afterAll(() => product?.stop())
test.afterEach(() => product.provider.setDown(''))

/** On the page that asks for it: over to the provider, log in there, and back. */
async function throughProvider(page, who, { how = 'eid', button: name = BUTTON } = {}) {
  await press(page, name)
  await page.waitForURL(`${product.provider.url}/**`)
  await page.getByLabel('Wie').fill(who)
  await page.getByLabel('Hoe').selectOption(how)
  await button(page, 'Verder').click()
  await page.waitForURL(`${product.url}/**`)
}

async function forget(page, name) {
  await page.context().clearCookies(name ? { name } : {})
}

const linkUser = (user, subject) =>
  product.run(['user', 'link-oidc', '--user-name', user, '--subject', subject])
const unlinkUser = user => product.run(['user', 'unlink-oidc', '--user-name', user])

test('wie niet gekoppeld is, leest wat te doen en koppelt zelf het eigen account', async ({
  page,
  look
}) => {
  await page.goto(`${product.url}/aanmelden`)
  await look(page, 'aanmelden-met-acm', { phone: true })
  await throughProvider(page, 'an-bij-acm')
  await expectProblem(page, 'hier nog niet gekoppeld')
  await expect(page.getByRole('alert')).toContainText('Geef dit kenmerk door: an-bij-acm')
  await look(page, 'acm-onbekend', { phone: true })

  // With the password, and then linked by herself.
  await signIn(page, 'an', PASSWORD)
  await page.goto(`${product.url}/oidc/koppelen`)
  await look(page, 'acm-koppelen', { phone: true })
  await throughProvider(page, 'an-bij-acm', { button: 'Koppel' })
  await expect(page.getByRole('status')).toContainText('Je account is gekoppeld')
  await look(page, 'acm-gekoppeld')
  await forget(page)
  await page.goto(`${product.url}/begeleidingen`)
  await throughProvider(page, 'an-bij-acm')
  await expect(page).toHaveURL(`${product.url}/begeleidingen`)
  await expect(page.getByRole('banner')).toContainText('An Maes')

  // And unlinked again.
  await page.goto(`${product.url}/oidc/koppelen`)
  await press(page, 'Ontkoppel')
  await expect(page.getByRole('status')).toContainText('ontkoppeld')
  await expect(button(page, 'Koppel')).toBeVisible()
})

test('wat getypt was, komt terug na het aanmelden met ACM/IDM', async ({ page, look }) => {
  linkUser('an', 'an-bij-acm')
  await page.goto(`${product.url}/zoeken?q=${NUMBER}`)
  await throughProvider(page, 'an-bij-acm')
  await page.getByRole('row').filter({ hasText: NUMBER }).getByRole('link').click()
  const dossier = new URL(page.url()).pathname.split('/').slice(0, 3).join('/')
  await page.goto(`${product.url}${dossier}/profiel/over-mezelf`)
  const text = `Ik help graag, "ook" <in> de keuken. ${Date.now()}`
  await page.getByRole('textbox').first().fill(text)
  await forget(page, 'sessie')
  await press(page, /Bevestigen|Bewaren/)
  await expect(page.getByText('Wat je typte is niet verloren')).toBeVisible()
  // She is still logged in at the provider, which asks nothing then.
  await press(page, BUTTON)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ga verder met wat je typte')
  await look(page, 'acm-bewaard')
  await press(page, 'Ga verder')
  await expect(page.getByText(text)).toBeVisible()
  unlinkUser('an')
})

test('te zwak aangemeld, gestopt, of een rol die meer vraagt: geweigerd', async ({ page, look }) => {
  linkUser('cas', 'an-bij-acm')
  await page.goto(`${product.url}/aanmelden`)
  await throughProvider(page, 'an-bij-acm', { how: 'wachtwoord' })
  await expectProblem(page, 'niet veilig genoeg')
  await look(page, 'acm-te-zwak')
  await forget(page)
  await page.goto(`${product.url}/aanmelden`)
  await press(page, BUTTON)
  await page.waitForURL(`${product.provider.url}/**`)
  await button(page, 'Stop').click()
  await page.waitForURL(`${product.url}/**`)
  await expectProblem(page, 'is gestopt')
  // A coach who is no GID there.
  await forget(page)
  await page.goto(`${product.url}/aanmelden`)
  await throughProvider(page, 'an-bij-acm')
  await expectProblem(page, 'zegt niet dat je deze rol mag gebruiken')
  await look(page, 'acm-rol')
  unlinkUser('cas')
  // One who is.
  linkUser('cas', 'cas-bij-acm')
  await forget(page)
  await page.goto(`${product.url}/verwijderingen`)
  await throughProvider(page, 'cas-bij-acm')
  await expect(page).toHaveURL(`${product.url}/verwijderingen`)
  unlinkUser('cas')
})

test('een jongere wordt gevonden met het eigen rijksregisternummer', async ({ page }) => {
  await page.goto(`${product.url}/aanmelden`)
  await throughProvider(page, 'noor-bij-acm')
  await expect(page.getByRole('banner')).toContainText('Noor Maes')
  await expect(link(page.getByRole('banner'), 'Mijn dossier')).toBeVisible()
  unlinkUser('noor')
})

test('is ACM/IDM er niet, dan zegt de pagina dat en blijft het wachtwoord werken', async ({
  page,
  look
}) => {
  linkUser('an', 'an-bij-acm')
  await page.goto(`${product.url}/aanmelden`)
  await press(page, BUTTON)
  await page.waitForURL(`${product.provider.url}/**`)
  await page.getByLabel('Wie').fill('an-bij-acm')
  // It goes down between the way there and the way back: the code cannot be exchanged.
  product.provider.setDown('/token')
  await button(page, 'Verder').click()
  await page.waitForURL(`${product.url}/**`)
  await expectProblem(page, 'nu niet bereiken')
  await look(page, 'acm-weg', { phone: true })
  expect(await signIn(page, 'an', PASSWORD)).toBe(303)
  await expect(page.getByRole('banner')).toContainText('An Maes')
  unlinkUser('an')
})

test('afmelden meldt ook af bij ACM/IDM, en die meldt ook hier af', async ({ page, browser }) => {
  linkUser('an', 'an-bij-acm')
  await page.goto(`${product.url}/aanmelden`)
  await throughProvider(page, 'an-bij-acm')
  // The same person in the same browser, with a second session here: both are one session there.
  const session = (await page.context().cookies()).find(cookie => cookie.name === 'sessie')
  const second = await browser.newContext()
  await second.addCookies([session])
  const other = await second.newPage()
  await forget(page, 'sessie')
  await page.goto(`${product.url}/aanmelden`)
  await press(page, BUTTON)
  await page.waitForURL(`${product.url}/`)
  await other.goto(`${product.url}/`)
  await expect(other.getByRole('banner')).toContainText('An Maes')

  await post(page, button(page, 'Afmelden'))
  await page.waitForURL(`${product.provider.url}/session/end**`)
  await button(page, /yes/i).click()
  await page.waitForURL(`${product.url}/aanmelden**`)
  await expect(page.getByRole('status')).toContainText('Je bent afgemeld')
  await page.goto(`${product.url}/`)
  await expect(page).toHaveURL(/\/aanmelden/)
  // The provider told it to the product itself: the other session is over too.
  await other.goto(`${product.url}/`)
  await expect(other).toHaveURL(/\/aanmelden/)
  await second.close()
  unlinkUser('an')
})

test('de pagina op weg naar ACM/IDM werkt ook met de knop', async ({ page, look }) => {
  await page.goto(`${product.url}/aanmelden`)
  // It leads on by itself; here it does not.
  await page.route(`${product.url}/oidc/aanmelden`, async route => {
    const response = await route.fetch()
    const html = (await response.text()).replace(/<meta http-equiv="refresh"[^>]*>/, '')
    await route.fulfill({ response, body: html })
  })
  expect(await press(page, BUTTON)).toBe(200)
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Je gaat verder bij ACM/IDM')
  await look(page, 'acm-onderweg', { phone: true })
  await link(page, 'Ga verder').click()
  await page.waitForURL(`${product.provider.url}/**`)
  await expect(page.getByLabel('Wie')).toBeVisible()
})

test('een antwoord uit een andere browser komt er niet in', async ({ page, browser }) => {
  linkUser('an', 'an-bij-acm')
  await page.goto(`${product.url}/aanmelden`)
  const asked = page.waitForRequest(it => it.url().startsWith(`${product.provider.url}/auth`))
  await press(page, BUTTON)
  await page.waitForURL(`${product.provider.url}/**`)
  // Somebody else gets hold of the address, and finishes it in a browser of their own.
  const elsewhere = await browser.newContext()
  const thief = await elsewhere.newPage()
  await thief.goto((await asked).url())
  await thief.getByLabel('Wie').fill('an-bij-acm')
  await button(thief, 'Verder').click()
  await thief.waitForURL(`${product.url}/**`)
  await expectProblem(thief, 'duurde te lang, of is al gebruikt')
  expect((await elsewhere.cookies()).filter(cookie => cookie.name === 'sessie')).toEqual([])
  await elsewhere.close()
  // In the right one it still counts.
  await page.getByLabel('Wie').fill('an-bij-acm')
  await button(page, 'Verder').click()
  await page.waitForURL(`${product.url}/`)
  await expect(page.getByRole('banner')).toContainText('An Maes')
  unlinkUser('an')
})
