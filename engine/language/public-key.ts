/** A line of `.pub` or of `allowed_signers`: whose key it is, if it says so. */
export interface PublicKey {
  readonly owner: string | null
  readonly comment: string | null
  /** `ssh-ed25519 AAAA…` */
  readonly key: string
}

const TYPE = /^(?:sk-)?(?:ssh|ecdsa)-[\w@.-]+$/

/** Reads `[OWNER] TYPE BASE64 [COMMENT]`; null for anything else. */
export function parsePublicKey(text: string): PublicKey | null {
  const words = text.trim().split(/\s+/)
  const at = words.findIndex((word) => TYPE.test(word))
  const [type, base64, ...comment] = words.slice(at)
  if (at < 0 || at > 1 || type === undefined || base64 === undefined || !/^[A-Za-z0-9+/]+=*$/.test(base64)) return null
  return { owner: at === 1 ? (words[0] ?? null) : null, comment: comment.join(' ') || null, key: `${type} ${base64}` }
}

/** Whose key it is: it says so itself, or there is one name only, or its comment is one of the names; null: nobody can tell. */
export function ownerOf({ owner, comment }: PublicKey, names: readonly string[]): string | null {
  if (owner !== null) return names.length === 0 || names.includes(owner) ? owner : null
  if (names.length === 1) return names[0] ?? null
  return comment !== null && (names.length === 0 || names.includes(comment)) ? comment : null
}
