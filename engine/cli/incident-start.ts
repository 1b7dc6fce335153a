/** The incident's start on the run clock: 0 for now, negative before; a sentence where it cannot be one. */
export function incidentStart(text: string | undefined, now: Date = new Date()): number | string {
  if (text === undefined) return 0
  const at = timeOf(text.trim(), now)
  if (Number.isNaN(at)) return `Unexpected --incident-start ${text}, expected a time such as 03:12 or 2026-11-22T03:12Z`
  if (at > now.getTime()) return `Unexpected --incident-start ${text}, expected a time that is not in the future`
  return at - now.getTime()
}

/** `03:12` is today's, local, or yesterday's where today's is still to come. */
function timeOf(text: string, now: Date): number {
  const [, hours, minutes, seconds = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? []
  if (hours === undefined || minutes === undefined)
    return /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text.replace(' ', 'T')) : NaN
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return NaN
  const at = new Date(now)
  at.setHours(Number(hours), Number(minutes), Number(seconds), 0)
  if (at.getTime() > now.getTime()) at.setDate(at.getDate() - 1)
  return at.getTime()
}
