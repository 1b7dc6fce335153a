import type { Terminal } from '../terminal/attended.ts'
import type { Prepared } from './prepare.ts'
import { trustCheckout } from './step-types.ts'

/** Shows what a checkout would load and asks once; true when the person trusts it from now on. */
export async function askTrust({ steps, root, words }: Prepared, terminal: Terminal): Promise<boolean> {
  const lines = [words.cli.trustAsk, '', ...(steps?.untrusted ?? []).map(({ name, file }) => `  ${name}   ${file}`), '']
  if (!(await terminal.confirm(lines))) return false
  await trustCheckout(root)
  return true
}
