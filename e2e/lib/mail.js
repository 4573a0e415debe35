// A mail server that keeps what it gets, for the product to hand its mail to.
import { SMTPServer } from 'smtp-server'

/** Starts it on a free port of this machine. Answers its address, what it got, and a way to stop it. */
export async function startMailServer() {
  const mails = []
  const server = new SMTPServer({
    disabledCommands: ['AUTH', 'STARTTLS'],
    logger: false,
    onData(stream, session, done) {
      const parts = []
      stream.on('data', part => parts.push(part))
      stream.on('end', () => {
        const raw = Buffer.concat(parts).toString('utf8')
        const to = session.envelope.rcptTo.map(recipient => recipient.address)
        mails.push({ to, raw, text: decoded(raw), subject: header(raw, 'Subject') })
        done()
      })
    }
  })
  await new Promise((resolve, reject) => {
    server.on('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `smtp://127.0.0.1:${server.server.address().port}`,
    mails,
    /** Waits for a mail to an address, and answers it. */
    async next(to, from = 0) {
      const until = Date.now() + 20_000
      while (Date.now() < until) {
        const found = mails.slice(from).find(mail => mail.to.includes(to))
        if (found) return found
        await new Promise(resolve => setTimeout(resolve, 50))
      }
      throw new Error(`no mail to ${to}; there are ${mails.length}`)
    },
    stop: () => new Promise(resolve => server.close(resolve))
  }
}

function header(raw, name) {
  return raw.match(new RegExp(`^${name}: (.*)$`, 'mi'))?.[1].trim() ?? ''
}

/** The text of a mail, out of quoted-printable. */
function decoded(raw) {
  const text = raw.slice(raw.indexOf('\r\n\r\n') + 4).replaceAll('=\r\n', '')
  const bytes = text.replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
