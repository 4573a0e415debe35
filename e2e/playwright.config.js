import { defineConfig } from '@playwright/test'

// Debian's Chromium, with what keeps it from calling home: the tests need nothing but loopback.
const chromium = {
  executablePath: process.env.E2E_CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync'
  ]
}

export default defineConfig({
  testDir: 'tests',
  outputDir: 'out/failures',
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 120_000,
  globalTimeout: 35 * 60_000,
  expect: { timeout: 5_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 900 },
    locale: 'nl-BE',
    timezoneId: 'Europe/Brussels',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
    screenshot: 'only-on-failure',
    launchOptions: chromium
  },
  // Everything works without JavaScript; with it there are comforts. Without it the tests in Rust send every form
  // too, as a browser does that runs no script: left out here is what has no comfort and no road of its own.
  projects: [
    { name: 'met-javascript' },
    {
      name: 'zonder-javascript',
      use: { javaScriptEnabled: false },
      testIgnore: /(assignments|attacks|control|mail|oidc|people|roles|sources)\.spec\.js$/
    }
  ]
})
