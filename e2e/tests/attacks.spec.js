// What was typed by who means harm, in a real browser: it is text on every page it comes on, nothing
// of it runs, and nothing asks another host for anything.
import { startDemo } from '../lib/demo.js'
import { addStep, fillDate, logIn, openDossier, openSteps, press } from '../lib/steps.js'
import { expect, test } from '../lib/test.js'

const CLIENT = '61000447'
const PAYLOADS = [
  '<img src=x onerror=window.gekraakt=1>',
  '</textarea><script>window.gekraakt=1</script>',
  '"><svg onload=window.gekraakt=1>',
  '\' onfocus=window.gekraakt=1 autofocus x=\'',
  '<iframe srcdoc="<script>parent.gekraakt=1</script>"></iframe>',
  '<details open ontoggle=window.gekraakt=1>',
  '<a href="javascript:window.gekraakt=1">x</a>',
  '<style>*{background:url(//elders.example)}</style>',
  '{{7*7}} ${7*7} <%= 7*7 %>'
].join('\n')

let demo
test.beforeAll(async () => {
  demo = await startDemo()
})
test.afterAll(() => demo?.stop())

/** What in a page is not of our templates; empty when nothing is. */
function intruders(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll('*')]
      .filter(
        element =>
          ['IFRAME', 'OBJECT', 'EMBED', 'STYLE', 'BASE', 'IMG', 'VIDEO', 'AUDIO'].includes(element.tagName) ||
          (element.tagName === 'SCRIPT' && !element.getAttribute('src')?.startsWith('/bestanden/')) ||
          [...element.attributes].some(
            ({ name, value }) => name.startsWith('on') || name === 'style' || /^\s*javascript:/i.test(value)
          )
      )
      .map(element => element.outerHTML.slice(0, 200))
      .concat(window.gekraakt ? ['a script of a visitor ran'] : [])
  )
}

test('getypte code blijft tekst, op elke pagina van het dossier', async ({ page, javaScriptEnabled }) => {
  const elsewhere = []
  page.on('request', request => {
    if (!request.url().startsWith(demo.url)) elsewhere.push(request.url())
  })
  await logIn(page, demo, 'begeleider')
  await openSteps(page, demo, CLIENT)
  if ((await page.getByRole('row').count()) < 2) {
    await addStep(page)
    await fillDate(page, 'Datum', '28/5/2025')
    await page.getByLabel('Samenvatting').fill(PAYLOADS)
    await press(page, 'Bevestigen')
  }
  await openDossier(page, demo, CLIENT)
  const visited = new Set()
  const waiting = [page.url()]
  while (waiting.length > 0 && visited.size < 40) {
    const address = waiting.pop()
    if (visited.has(address)) continue
    visited.add(address)
    await page.goto(address)
    // In a page where scripts are off, evaluate still reads what was made of it.
    expect(await intruders(page), address).toEqual([])
    const links = await page.locator('main a[href^="/"], nav a[href^="/"]').evaluateAll(all => all.map(one => one.href))
    waiting.push(...links.map(link => link.split('#')[0]).filter(link => !visited.has(link)))
  }
  expect(visited.size).toBeGreaterThan(15)
  expect(elsewhere).toEqual([])
  if (javaScriptEnabled) expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0)
})

test('getypte code in een adres blijft tekst', async ({ page }) => {
  await logIn(page, demo, 'begeleider')
  for (const one of PAYLOADS.split('\n')) {
    await page.goto(`${demo.url}/zoeken?q=${encodeURIComponent(one)}`)
    expect(await intruders(page), one).toEqual([])
    await expect(page.getByRole('textbox').first()).toHaveValue(one)
  }
})

test('na het afmelden toont de knop Terug niets meer van het dossier', async ({ page }) => {
  await logIn(page, demo, 'begeleider')
  await openDossier(page, demo, CLIENT)
  const name = await page.getByRole('heading', { level: 1 }).textContent()
  await press(page, 'Afmelden')
  await page.goBack()
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText(name)
  await expect(page).toHaveURL(/aanmelden/)
})
