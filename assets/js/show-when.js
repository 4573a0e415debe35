// data-show-when="toestand=ended": shows a group only while that select or radio has
// that value. What was typed in a hidden group stays and is sent; the server judges it.

/** @param {Document} document */
export function showWhen(document) {
  for (const group of document.querySelectorAll('[data-show-when]')) {
    const [name, ...wanted] = group.dataset.showWhen.split('=')
    const values = wanted.join('=').split('|')
    const form = group.closest('form')
    if (!form) continue
    // A group with an error stays in sight: its error is listed above the form.
    const faulty = group.classList.contains('govuk-form-group--error')
    const update = () => {
      const now = form.elements.namedItem(name)?.value
      group.hidden = !faulty && !values.includes(now)
    }
    form.addEventListener('change', update)
    // A browser puts earlier answers back after 'Back', past any change event.
    window.addEventListener('pageshow', update)
    update()
  }
}
