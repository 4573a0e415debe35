// Warns before a session ends for want of use, and keeps it with one press. Without script nothing is lost
// either: a form that is sent too late is kept through the log-in.

/** Seconds before the end at which the warning comes: time enough to read and press. */
const BEFORE = 180
/** What the server may not have recorded yet: it notes use once a minute. */
const UNRECORDED = 60

/** @param {Window} window */
export function warnIdle(window) {
  const { document } = window
  const warning = document.querySelector('[data-idle]')
  if (!warning) return
  const seconds = Math.max(Number(warning.dataset.idle) - BEFORE - UNRECORDED, 5)
  // Other tabs use the same session.
  const tabs = new BroadcastChannel('sessie')
  let timer
  const start = () => {
    warning.hidden = true
    clearTimeout(timer)
    timer = setTimeout(() => { warning.hidden = false }, seconds * 1000)
  }
  tabs.addEventListener('message', start)
  warning.querySelector('button').addEventListener('click', async () => {
    const answer = await fetch('/account', { method: 'HEAD', redirect: 'error' }).catch(() => null)
    if (!answer?.ok) return window.location.reload()
    tabs.postMessage('gebruikt')
    start()
  })
  tabs.postMessage('gebruikt')
  start()
}
