import canonicalize from 'canonicalize'

/** The one text of a JSON value (RFC 8785): what is hashed. Fields that are undefined do not exist. */
export function canonical(json: unknown): string {
  const text = (canonicalize as unknown as (value: unknown) => string | undefined)(json)
  return text ?? 'null'
}
