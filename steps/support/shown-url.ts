const SECRET_NAME = /token|secret|passw|pwd|key|sig|auth|credential|session|code/i

/** An address as it may be shown: without a user's password and without the values of names that look secret. */
export function shownUrl(url: string): string {
  const [rest = '', ...query] = url.replace(/#.*$/, '').split('?')
  const withoutUser = rest.replace(/^([a-z]+:\/\/)[^/@]*@/i, '$1•••@')
  if (query.length === 0) return withoutUser
  const pairs = query
    .join('?')
    .split('&')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return value.length > 0 && SECRET_NAME.test(name) && !/^\$\{?\w+\}?$/.test(value.join('=')) ? `${name}=•••` : pair
    })
  return `${withoutUser}?${pairs.join('&')}`
}
