import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'

/** How far a log was read: in which file, told by its first bytes, and to which byte of it. */
const place = z.strictObject({
  offset: z.int().min(0),
  headBytes: z.int().min(0),
  head: z.string(),
  inode: z.number(),
  atMs: z.number(),
})

export type Place = z.infer<typeof place>

const cursor = z.strictObject({ version: z.literal(1), files: z.record(z.string(), place) })

export type Cursor = Readonly<Record<string, Place>>

/** Reads a cursor's file; none yet is an empty one. Null: it is there and cannot be read. */
export async function readCursor(path: string): Promise<Cursor | null> {
  try {
    return cursor.parse(JSON.parse(await readFile(path, 'utf8'))).files
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : null
  }
}

/** Replaces a cursor's file in one go. */
export async function writeCursor(path: string, files: Cursor): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const next = `${path}.${process.pid}.new`
  const file = await open(next, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({ version: 1, files }, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(next, path)
}
