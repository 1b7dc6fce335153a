import { mkdirSync, readdirSync, renameSync, rmSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readPlainFile } from '../journal/own-file.ts'
import type { Message, Who } from '../model/fact.ts'
import { bringerOf } from './bringer.ts'
import type { Bringer } from './check-approval.ts'

/** Something said to a run from another terminal; an approval comes as its line, which the run checks itself. */
export type Mail = { readonly message: Message; readonly by: Who } | { readonly approval: string }

/** A message is a few words, or an approval. */
const LARGEST = 1024 * 1024

/** How often the box is looked into where the system does not tell. */
const LOOK_MS = 500

/** Drops a message into a live run's folder. It is obeyed at the run's next decision. */
export function post(folder: string, mail: Mail): void {
  const box = join(folder, 'mailbox')
  mkdirSync(box, { recursive: true, mode: 0o700 })
  const name = `${String(Date.now()).padStart(15, '0')}-${process.pid}`
  // An approver's own account may bring it: the run's account reads it.
  writeFileSync(join(box, `${name}.part`), JSON.stringify(mail), { mode: 'approval' in mail ? 0o644 : 0o600 })
  renameSync(join(box, `${name}.part`), join(box, `${name}.json`))
}

/** Reads what is dropped, in order, until it is closed. */
export function openMailbox(folder: string, onMail: (mail: Mail, bringer: Bringer | null) => void): { close(): void } {
  const box = join(folder, 'mailbox')
  mkdirSync(box, { recursive: true, mode: 0o700 })
  const look = (): void => {
    for (const name of readdirSync(box).toSorted()) {
      if (!name.endsWith('.json')) continue
      const path = join(box, name)
      try {
        const mail = JSON.parse(readPlainFile(path, LARGEST).toString('utf8')) as Mail
        onMail(mail, 'approval' in mail ? bringerOf(path) : null)
      } catch {
        // Not a message: nobody is told anything by it.
      }
      rmSync(path, { force: true })
    }
  }
  const timer = setInterval(look, LOOK_MS)
  timer.unref()
  let watcher: ReturnType<typeof watch> | null = null
  try {
    watcher = watch(box, { persistent: false }, look)
    watcher.on('error', () => undefined)
  } catch {
    // No inotify left: the timer looks.
  }
  look()
  return {
    close() {
      clearInterval(timer)
      watcher?.close()
    },
  }
}
