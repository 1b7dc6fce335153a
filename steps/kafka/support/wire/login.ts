import { saslAuthenticateApi, saslHandshakeApi } from '../api/sasl.ts'
import { describeCode } from '../error-codes.ts'
import { Failed } from '../failure.ts'
import type { Limit } from './limit.ts'
import type { Api } from './message.ts'
import { beginScram } from './scram.ts'
import type { Sasl } from './settings.ts'

/** Asks on the connection that is being opened, in the version both speak. */
export type AskHere = <Request, Response>(api: Api<Request, Response>, request: Request, limit: Limit) => Promise<Response>

/** Logs in by SASL. Gives the milliseconds after which the broker wants to see it again, 0 for never. */
export async function logIn(
  sasl: Sasl,
  { at, ask }: { readonly at: string; readonly ask: AskHere },
  limit: Limit,
): Promise<number> {
  const refused = (reason: string): Failed => new Failed({ type: 'refused', at, reason: `SASL ${sasl.mechanism}: ${reason}` })
  const shaken = await ask(saslHandshakeApi, { mechanism: sasl.mechanism }, limit)
  if (shaken.errorCode !== 0)
    throw refused(`${describeCode(shaken.errorCode).name}, it takes ${shaken.mechanisms.join(', ') || 'none'}`)
  const send = async (text: string): Promise<{ readonly text: string; readonly lifetimeMs: number }> => {
    const said = await ask(saslAuthenticateApi, { authBytes: Buffer.from(text) }, limit)
    if (said.errorCode !== 0) throw refused(said.errorMessage ?? describeCode(said.errorCode).name)
    return { text: said.authBytes.toString(), lifetimeMs: said.sessionLifetimeMs }
  }
  if (sasl.mechanism === 'PLAIN') return (await send(`\0${sasl.username}\0${sasl.password}`)).lifetimeMs
  const scram = beginScram(sasl)
  const answered = await scram.answer((await send(scram.first)).text)
  if (answered === null) throw refused('its challenge does not fit')
  const final = await send(answered.final)
  if (!answered.isServer(final.text)) throw refused('it does not know the password itself')
  return final.lifetimeMs
}
