// '» huidige datum': fills the three fields at once. Without script the button submits
// the form and the server gives the page back with today filled in.

/** @param {Document} document */
export function fillToday(document) {
  for (const button of document.querySelectorAll('button[data-fill-today][data-today]')) {
    const [year, month, day] = button.dataset.today.split('-')
    const id = button.dataset.fillToday
    button.type = 'button'
    button.addEventListener('click', () => {
      for (const [part, text] of [['dag', day], ['maand', month], ['jaar', year]]) {
        const field = document.getElementById(`${id}_${part}`)
        if (!field) continue
        field.value = text
        field.dispatchEvent(new Event('input', { bubbles: true }))
      }
      document.getElementById(`${id}_dag`)?.focus()
    })
  }
}
