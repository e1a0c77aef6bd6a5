import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from './mail-message.ts'
import type { Post } from './mail-post.ts'
import type { Mail } from './mail-texts.ts'

/** Files in the folder; the oldest make room for new ones. */
const FILES_MAX = 10_000
const SENDER = 'nametag@localhost'

/** Writes mails as files instead of sending them. Each name begins with the time of what the mail tells, so that the oldest
 * comes first, and is the same for the same mail, which replaces itself where it is written again. */
export function createFolderPost(folder: string, filesMax: number = FILES_MAX): Post {
  let names: Set<string> | undefined
  /** One file after the other, so that the first of the names is the oldest file. */
  let last: Promise<void> = Promise.resolve()
  return {
    notice: `Without --smtp-url no mail is sent: mails are written to ${folder}.`,
    send(mail) {
      const written = last.then(() => keep(mail))
      last = written.catch(() => undefined)
      return written
    },
    close: () => last,
  }

  async function keep(mail: Mail): Promise<void> {
    names ??= await openFolder(folder)
    const name = [digits(mail.at), mail.teamId, digits(mail.seq), `${mail.id}.eml`].join('-')
    await writeWhole(join(folder, name), await encode(mail))
    names.add(name)
    for (const oldest of names) {
      if (names.size <= filesMax) return
      names.delete(oldest)
      await rm(join(folder, oldest), { force: true })
    }
  }
}

function digits(number: number): string {
  return String(number).padStart(15, '0')
}

async function openFolder(folder: string): Promise<Set<string>> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = await readdir(folder)
  return new Set(names.filter((name) => name.endsWith('.eml')).sort())
}

/** A crash leaves the whole file or none. */
async function writeWhole(path: string, content: Buffer): Promise<void> {
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
}

async function encode(mail: Mail): Promise<Buffer> {
  // Loaded with the first mail: most servers write none, and all of them have to start quickly.
  const { createTransport } = await import('nodemailer')
  const { message } = await createTransport({ streamTransport: true, buffer: true, newline: 'unix' }).sendMail(
    messageOf(mail, SENDER),
  )
  return message as Buffer
}
