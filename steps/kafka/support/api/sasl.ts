import { array, bytes, int16, int64, nullableString, since, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Which login is meant. */
export const saslHandshakeApi = defineApi({
  name: 'SaslHandshake',
  key: 17,
  versions: [1, 1],
  flexibleFrom: Infinity,
  request: struct({ mechanism: string }),
  response: struct({ errorCode: int16, mechanisms: array(string) }),
})

/** One exchange of a login. */
export const saslAuthenticateApi = defineApi({
  name: 'SaslAuthenticate',
  key: 36,
  versions: [0, 2],
  flexibleFrom: 2,
  request: struct({ authBytes: bytes }),
  response: struct({ errorCode: int16, errorMessage: nullableString, authBytes: bytes, sessionLifetimeMs: since(1, int64, 0) }),
})
