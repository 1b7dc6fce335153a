import { array, int16, int32, int8, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Which broker keeps a group's or a transaction's state. */
export const findCoordinatorApi = defineApi({
  name: 'FindCoordinator',
  key: 10,
  versions: [4, 6],
  flexibleFrom: 3,
  request: struct({ keyType: int8, coordinatorKeys: array(string) }),
  response: struct({
    throttleTimeMs: int32,
    coordinators: array(
      struct({ key: string, nodeId: int32, host: string, port: int32, errorCode: int16, errorMessage: nullableString }),
    ),
  }),
})
