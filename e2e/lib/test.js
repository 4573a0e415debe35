// The test of this folder: Playwright's own, with a way to look at a page as a person and as
// assistive technology would.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import { test as base, expect } from '@playwright/test'

const PICTURES = process.env.E2E_PICTURES ?? join(import.meta.dirname, '../out/beelden')
const DESK = { width: 1280, height: 900 }
const PHONE = { width: 390, height: 844 }
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

export const test = base.extend({
  page: async ({ page }, use) => {
    // Leaving unsaved text asks first; these tests mean it.
    page.on('dialog', dialog => dialog.accept())
    await use(page)
  },

  /**
   * look(page, name, { phone }) - what holds for every page: a title, one h1, no violation found
   * by axe. With a name it takes the picture `name.png`, and with `phone` also
   * `name-telefoon.png`, where nothing may stick out sideways; there axe looks with JavaScript only,
   * because the mark-up is that of the desk.
   */
  look: async ({ browser, javaScriptEnabled }, use) => {
    const axe = await inspector(browser, javaScriptEnabled)
    await use(async (page, name, { phone = false } = {}) => {
      expect(await page.title(), 'a page has a title').not.toBe('')
      await expect(page.getByRole('heading', { level: 1 }), 'a page has one h1').toHaveCount(1)
      expect(await axe.violations(page), page.url()).toEqual([])
      if (!name) return
      if (javaScriptEnabled) await picture(page, name)
      if (!phone) return
      await page.setViewportSize(PHONE)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      expect(width, `on a phone ${name} sticks out`).toBeLessThanOrEqual(PHONE.width)
      if (javaScriptEnabled) {
        expect(await axe.violations(page), page.url()).toEqual([])
        await picture(page, `${name}-telefoon`)
      }
      await page.setViewportSize(DESK)
    })
    await axe.close()
  }
})

export { expect }

async function picture(page, name) {
  await mkdir(PICTURES, { recursive: true })
  const options = { fullPage: true, animations: 'disabled', caret: 'hide' }
  await page.screenshot({ path: join(PICTURES, `${name}.png`), ...options })
}

/**
 * axe is a script itself. Where scripts are off it gets the page as it stands, without the page's
 * own scripts, in a tab of its own where they are on.
 */
async function inspector(browser, javaScriptEnabled) {
  if (javaScriptEnabled) return { violations: inspect, close: async () => {} }
  const context = await browser.newContext({ javaScriptEnabled: true })
  const copy = await context.newPage()
  return {
    async violations(page) {
      const html = await page.content()
      await copy.unrouteAll()
      await copy.route('**/*', route => {
        const request = route.request()
        const type = request.resourceType()
        // A frame in the page, as a preview, is a document too, and no copy of the page.
        if (type === 'document' && request.frame() !== copy.mainFrame()) return route.abort()
        if (type === 'document') return route.fulfill({ body: html, contentType: 'text/html' })
        return type === 'script' ? route.abort() : route.continue()
      })
      await copy.setViewportSize(page.viewportSize())
      await copy.goto(page.url())
      return inspect(copy)
    },
    close: () => context.close()
  }
}

async function inspect(page) {
  // One frame a page: the mode that needs no second tab for the sum of several.
  const found = await new AxeBuilder({ page })
    .setLegacyMode(true)
    // What is in order is not described: a third less time.
    .options({ resultTypes: ['violations'] })
    .withTags(RULES)
    .analyze()
  return found.violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.map(node => node.target.join(' '))
  }))
}
