// Forms with data-warn-unsaved: asks before the page is left with typed text in them.
// The sentence is the browser's own. Sending the form is not leaving.

/** @param {Window} window */
export function warnUnsaved(window) {
  for (const form of window.document.querySelectorAll('form[data-warn-unsaved]')) {
    let submitting = false
    // A page that came back with errors holds text that is nowhere else.
    let changed = form.dataset.warnUnsaved === 'changed'
    form.addEventListener('input', () => { changed = true })
    form.addEventListener('submit', () => { submitting = true })
    window.addEventListener('pageshow', () => { submitting = false })
    window.addEventListener('beforeunload', (event) => {
      if (changed && !submitting) event.preventDefault()
    })
  }
}
