/** Where to connect: `host:port`, `[::1]:53`, or without a port where one is usual. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** Reads `host:port` or, with a usual port, `host`. IPv6 in brackets, or bare without a port. Null where it is neither. */
export function parseAddress(text: string, usualPort: number | null): Address | null {
  const [, bracketed, plain, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host =
    bracketed ?? plain ?? (/^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$/.test(text) && text.split(':').length > 2 ? text : undefined)
  const port = digits === undefined ? usualPort : Number(digits)
  return host === undefined || port === null || port < 1 || port > 65_535 ? null : { host, port }
}

/** Several in one text with commas, or a list. */
export function listOf(given: string | readonly string[]): readonly string[] {
  return [given]
    .flat()
    .flatMap((one) => one.split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '')
}
