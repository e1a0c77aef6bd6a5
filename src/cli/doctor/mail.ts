import { checkSmtp } from '../../delivery/mail-smtp.ts'
import type { SmtpServer } from '../../delivery/smtp-url.ts'
import { type Finding, ok, problem } from './finding.ts'

/** Goes as far as a mail would, and sends none. */
export async function lookAtMail(server: SmtpServer): Promise<Finding> {
  const name = `${server.host}:${server.port}`
  const reason = await checkSmtp(server)
  if (reason === undefined) return ok('Mail server', `${name} takes mail from ${server.from}.`)
  const check =
    reason === 'certificate_refused'
      ? 'Give it a valid certificate, or trust the one who made it with NODE_EXTRA_CA_CERTS=FILE.'
      : 'Check host, port, user and password of --smtp-url.'
  const advice = `${check} Mails wait for it, and are tried again for a day.`
  return problem('Mail server', `${name} cannot be used: ${reason}.`, advice)
}
