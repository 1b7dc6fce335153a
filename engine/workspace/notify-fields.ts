import type { NotifyMoment, NotifyTarget } from '../model/notify.ts'
import type { Fields } from './yaml-fields.ts'

const MOMENTS: readonly NotifyMoment[] = ['started', 'waiting', 'failed', 'escalated', 'ended']

/** Reads `notify` of the project file: each has a url or a command. */
export function notifyOf(fields: Fields): readonly NotifyTarget[] {
  const names = Object.keys(fields.map(['notify'], null) ?? {})
  return names.flatMap((name) => {
    if (fields.map(['notify', name], ['url', 'command', 'on']) === null) return []
    const url = fields.text(['notify', name, 'url'])
    const command = fields.text(['notify', name, 'command'])
    const on = fields.texts(['notify', name, 'on'])
    const unknown = on?.findIndex((word) => !MOMENTS.includes(word as NotifyMoment)) ?? -1
    if (unknown !== -1) fields.wrong(['notify', name, 'on', unknown], MOMENTS)
    const isUrl = url !== null && /^(?:https?:\/\/|env:|file:|cmd:)./.test(url)
    if ((command === null) !== isUrl || (command !== null && url !== null)) {
      fields.wrong(['notify', name], [], 'a url (an address, env:NAME, file:PATH or cmd:COMMAND) or a command')
      return []
    }
    return [{ name, url, command, on: MOMENTS.filter((moment) => on === null || on.includes(moment)) }]
  })
}
