// Passkeys: asks the browser for what a form with data-passkey needs, and sends the answer with it. The
// page says itself what to do without script.

const toBytes = text =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), sign => sign.charCodeAt(0))

const toText = buffer =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const known = list => list?.map(one => ({ ...one, id: toBytes(one.id) }))

function optionsFor(kind, { publicKey }) {
  const asked = { ...publicKey, challenge: toBytes(publicKey.challenge) }
  if (kind === 'get') return { publicKey: { ...asked, allowCredentials: known(asked.allowCredentials) } }
  const user = { ...asked.user, id: toBytes(asked.user.id) }
  return { publicKey: { ...asked, user, excludeCredentials: known(asked.excludeCredentials) } }
}

function answerOf({ id, rawId, type, response }) {
  const said = { clientDataJSON: toText(response.clientDataJSON) }
  if (response.attestationObject) {
    said.attestationObject = toText(response.attestationObject)
    said.transports = response.getTransports?.() ?? []
  } else {
    said.authenticatorData = toText(response.authenticatorData)
    said.signature = toText(response.signature)
    said.userHandle = response.userHandle ? toText(response.userHandle) : null
  }
  return JSON.stringify({ id, rawId: toText(rawId), type, response: said, extensions: {} })
}

/** @param {Window} window */
export function passkeys(window) {
  if (!window.PublicKeyCredential) return
  for (const form of window.document.querySelectorAll('form[data-passkey]')) {
    const kind = form.dataset.passkey
    const error = form.querySelector('[data-passkey-error]')
    form.querySelector('[data-passkey-works]').hidden = false
    form.querySelector('[data-passkey-fails]').hidden = true
    const ask = async () => {
      error.hidden = true
      try {
        const options = optionsFor(kind, JSON.parse(form.dataset.options))
        const credential = await window.navigator.credentials[kind](options)
        form.elements.antwoord.value = answerOf(credential)
      } catch (refused) {
        error.textContent =
          refused?.name === 'InvalidStateError'
            ? 'Dit toestel heeft al een passkey voor jou.'
            : 'De passkey werd niet gebruikt. Probeer het opnieuw, of ga terug.'
        error.hidden = false
        return
      }
      form.submit()
    }
    form.addEventListener('submit', event => {
      event.preventDefault()
      ask()
    })
    ask()
  }
}
