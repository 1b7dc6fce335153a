import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Api } from '../../../steps/kafka/support/wire/message.ts'

const folder = fileURLToPath(new URL('../../../steps/kafka/support/api/', import.meta.url))

/** Every message that is written down in `steps/kafka/support/api/`. */
export async function allApis(): Promise<readonly Api<any, any>[]> {
  const files = await Promise.all(
    readdirSync(folder).map((file) => import(`${folder}${file}`) as Promise<Record<string, unknown>>),
  )
  return files.flatMap((exports) =>
    Object.entries(exports).flatMap(([name, value]) => (name.endsWith('Api') ? [value as Api<any, any>] : [])),
  )
}

/** Answers of real brokers, by release: message and version, the body behind its correlation id. */
export function recorded(release: string): readonly { readonly name: string; readonly version: number; readonly body: Buffer }[] {
  const file = fileURLToPath(new URL(`recorded/${release}.json`, import.meta.url))
  return Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>).map(([key, base64]) => {
    const [name = '', version] = key.split(' ')
    return { name, version: Number(version), body: Buffer.from(base64, 'base64') }
  })
}
