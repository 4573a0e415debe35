// Comforts over pages that work without them. Nothing here is needed to do the work.
import { Button } from 'govuk-frontend/dist/govuk/components/button/button.mjs'
import { CharacterCount } from 'govuk-frontend/dist/govuk/components/character-count/character-count.mjs'
import { ErrorSummary } from 'govuk-frontend/dist/govuk/components/error-summary/error-summary.mjs'
import { PasswordInput } from 'govuk-frontend/dist/govuk/components/password-input/password-input.mjs'
import { fillToday } from './fill-today.js'
import { warnIdle } from './idle.js'
import { openMenu } from './menu.js'
import { passkeys } from './passkey.js'
import { showWhen } from './show-when.js'
import { warnUnsaved } from './warn-unsaved.js'

// The components ask for this class before they start.
document.body.classList.add('js-enabled', 'govuk-frontend-supported')

// A password that is shown as text must not be capitalised by a phone's keyboard.
for (const field of document.querySelectorAll('input[type="password"]')) {
  field.setAttribute('autocapitalize', 'none')
}

for (const Component of [Button, CharacterCount, ErrorSummary, PasswordInput]) {
  for (const root of document.querySelectorAll(`[data-module="${Component.moduleName}"]`)) {
    // One component that fails must not take the others with it.
    try {
      new Component(root)
    } catch (error) {
      console.error(error)
    }
  }
}

fillToday(document)
showWhen(document)
warnUnsaved(window)
openMenu(window)
passkeys(window)
warnIdle(window)
