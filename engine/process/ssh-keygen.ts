import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Signatures of ours are good for nothing else. */
const NAMESPACE = 'reprise-approval'

/** A passphrase, or a touch of a token, takes a person's time. */
const SIGN_MS = 120_000
const VERIFY_MS = 30_000

/** Signs a text with a private key's file, or with the agent's key of a public one. The reason is what ssh-keygen says. */
export async function signText(
  text: string,
  keyFile: string,
): Promise<{ readonly ok: true; readonly signature: string } | { readonly ok: false; readonly reason: string }> {
  const said = await sshKeygen(['-Y', 'sign', '-n', NAMESPACE, '-f', keyFile], { input: text, timeoutMs: SIGN_MS })
  if (said.exit !== 0) return { ok: false, reason: said.stderr.trim() || 'ssh-keygen did not sign' }
  return { ok: true, signature: said.stdout.replace(/-----.*-----|\s/g, '') }
}

/** Which of these keys signed exactly this text; null: none, or not this text. */
export async function signerOf(
  text: string,
  signature: string,
  keys: readonly string[],
): Promise<{ readonly status: 'good'; readonly key: string } | { readonly status: 'bad' | 'unknown' | 'no-ssh-keygen' }> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-signature-'))
  try {
    const [signed, allowed] = [join(folder, 'signature'), join(folder, 'allowed')]
    const body = signature.match(/.{1,70}/g)?.join('\n') ?? ''
    writeFileSync(signed, `-----BEGIN SSH SIGNATURE-----\n${body}\n-----END SSH SIGNATURE-----\n`)
    writeFileSync(allowed, keys.map((key, index) => `key${index} namespaces="${NAMESPACE}" ${key}\n`).join(''))
    const found = await sshKeygen(['-Y', 'find-principals', '-s', signed, '-f', allowed], { input: '', timeoutMs: VERIFY_MS })
    if (found.exit === null) return { status: 'no-ssh-keygen' }
    const principal = found.exit === 0 ? (found.stdout.trim().split('\n')[0] ?? '') : ''
    const key = keys[Number(/^key(\d+)$/.exec(principal)?.[1] ?? Number.NaN)]
    if (key === undefined) return { status: 'unknown' }
    const args = ['-Y', 'verify', '-f', allowed, '-I', principal, '-n', NAMESPACE, '-s', signed]
    const verified = await sshKeygen(args, { input: text, timeoutMs: VERIFY_MS })
    return verified.exit === 0 ? { status: 'good', key } : { status: 'bad' }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The program itself asks for a passphrase, at the terminal. */
function sshKeygen(
  args: readonly string[],
  { input, timeoutMs }: { readonly input: string; readonly timeoutMs: number },
): Promise<{ readonly exit: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('ssh-keygen', args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text))
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
    child.on('error', (error) => resolve({ exit: null, stdout: '', stderr: error.message }))
    child.on('close', (exit) => resolve({ exit: exit ?? 1, ...said }))
  })
}
