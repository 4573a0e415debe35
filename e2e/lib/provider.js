// A real provider (OpenID Connect) on loopback: oidc-provider, with people of our own and a page of our
// own to log in on. It gives the claims that ACM/IDM gives.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import Provider from 'oidc-provider'

export const CLIENT = { id: 'klantendossier', secret: 'geheim-van-de-test-dat-lang-genoeg-is' }

/** Who can log in there; the name is also the subject. */
const PEOPLE = {
  'an-bij-acm': { vo_doelgroepcode: 'EA' },
  'cas-bij-acm': { vo_doelgroepcode: 'GID' },
  'noor-bij-acm': { rrn: '93051822361' }
}

/** Starts the provider for the product at `address`. Answers its address and ways to disturb it. */
export async function startProvider(port, address) {
  const issuer = `http://127.0.0.1:${port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = { ...privateKey.export({ format: 'jwk' }), kid: 'sleutel', alg: 'RS256', use: 'sig' }
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT.id,
        client_secret: CLIENT.secret,
        redirect_uris: [`${address}/oidc/terug`],
        post_logout_redirect_uris: [`${address}/oidc/afgemeld`],
        backchannel_logout_uri: `${address}/oidc/afmelden`,
        backchannel_logout_session_required: true
      }
    ],
    jwks: { keys: [key] },
    cookies: { keys: ['alleen voor de test'] },
    acrValues: ['eid', 'wachtwoord'],
    scopes: ['openid', 'vo', 'rrn'],
    claims: { openid: ['sub'], vo: ['vo_doelgroepcode'], rrn: ['rrn'], acr: null, sid: null },
    // As ACM/IDM does: the claims stand in the ID token.
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    interactions: { url: (_, interaction) => `/wie/${interaction.uid}` },
    findAccount: (_, id) =>
      PEOPLE[id] && { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) },
    // Who logs in agrees: there is one installation, and it asks nothing that needs asking.
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        clientId: ctx.oidc.client.clientId,
        accountId: ctx.oidc.session.accountId
      })
      grant.addOIDCScope('openid vo rrn')
      await grant.save()
      return grant
    },
    // It refuses to speak to its own machine, which is where the product under test runs.
    fetch: (url, { dispatcher, ...options }) => fetch(url, options)
  })
  const handle = provider.callback()
  let down = ''
  const server = createServer(async (request, response) => {
    if (down && request.url.startsWith(down)) return request.socket.destroy()
    if (!request.url.startsWith('/wie/')) return handle(request, response)
    if (request.method === 'GET') return logInPage(request, response)
    const typed = new URLSearchParams(await read(request))
    const result = typed.has('stop')
      ? { error: 'access_denied' }
      : { login: { accountId: typed.get('wie'), acr: typed.get('hoe'), amr: ['mfa'] } }
    await provider.interactionFinished(request, response, result)
  })
  await new Promise(resolve => server.listen(port, '127.0.0.1', resolve))
  return {
    url: issuer,
    /** Closes every connection that asks for an address that begins so; with nothing, none. */
    setDown: value => (down = value),
    async stop() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    }
  }
}

function logInPage(request, response) {
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.end(`<!DOCTYPE html><html lang="nl"><title>Provider</title><h1>Provider</h1>
<form method="post" action="${request.url}">
<p><label>Wie <input name="wie"></label></p>
<p><label>Hoe <select name="hoe"><option>eid</option><option>wachtwoord</option></select></label></p>
<p><button>Verder</button> <button name="stop" value="ja">Stop</button></p>
</form></html>`)
}

async function read(stream) {
  const parts = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString()
}
