/** What `git status --porcelain=v2 --branch -z` says. */
export interface Status {
  /** Null before the first commit. */
  readonly commit: string | null
  /** Null where no branch is checked out. */
  readonly branch: string | null
  /** Files that differ, and files that git does not know. */
  readonly files: readonly string[]
  /** Null where the branch has none; `counts` is null where it is gone. */
  readonly upstream: { readonly name: string; readonly counts: { readonly ahead: number; readonly behind: number } | null } | null
}

/** Fields before the path, by the record's first character. */
const FIELDS: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10, '?': 1, '!': 1 }

/** Reads git's own words for machines. */
export function readStatus(text: string): Status {
  const heads: Record<string, string> = {}
  const files: string[] = []
  const records = text.split('\0')
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at] ?? ''
    const head = /^# (branch\.\w+) ([\s\S]*)$/.exec(record)
    if (head !== null) heads[head[1] ?? ''] = head[2] ?? ''
    const fields = FIELDS[record.charAt(0)]
    if (head !== null || fields === undefined) continue
    files.push(record.split(' ').slice(fields).join(' '))
    // A rename has its old name in a record of its own.
    if (record.startsWith('2')) at += 1
  }
  const counts = /^\+(\d+) -(\d+)$/.exec(heads['branch.ab'] ?? '')
  const name = heads['branch.upstream']
  const commit = heads['branch.oid'] ?? '(initial)'
  const branch = heads['branch.head'] ?? '(detached)'
  return {
    commit: commit === '(initial)' ? null : commit,
    branch: branch === '(detached)' ? null : branch,
    files,
    upstream:
      name === undefined
        ? null
        : { name, counts: counts === null ? null : { ahead: Number(counts[1]), behind: Number(counts[2]) } },
  }
}
