import { type Mail, nameOf } from './mail-texts.ts'

/** A mail as the library takes it. Addresses are given as objects, which it does not take apart as lists. */
export function messageOf(mail: Mail, from: string) {
  const domain = from.slice(from.lastIndexOf('@') + 1)
  return {
    from: { name: 'Nametag', address: from },
    to: { name: '', address: mail.to },
    subject: mail.subject,
    text: mail.text,
    date: new Date(mail.at),
    messageId: `<${nameOf(mail)}@${domain}>`,
    // RFC 3834: nobody's holiday notice answers it.
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}
