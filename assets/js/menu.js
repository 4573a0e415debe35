// The dossier's menu is a <details>: folded on a phone, always in full on a wide screen.
// The style sheet shows it in full; this also tells assistive technology that it is open.

/** @param {Window} window */
export function openMenu(window) {
  const menu = window.document.querySelector('.kd-menu__details')
  if (!menu) return
  const wide = window.matchMedia('(min-width: 60rem)')
  const follow = () => { menu.open = wide.matches }
  wide.addEventListener('change', follow)
  follow()
}
