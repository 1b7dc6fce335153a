import { array, boolean, int16, int32, int64, string, tagged } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const apiKeys = array(struct({ apiKey: int16, minVersion: int16, maxVersion: int16 }))

const said = struct({
  apiKeys,
  throttleTimeMs: int32,
  supportedFeatures: tagged(0, array(struct({ name: string, minVersion: int16, maxVersion: int16 })), []),
  finalizedFeaturesEpoch: tagged(1, int64, -1),
  finalizedFeatures: tagged(2, array(struct({ name: string, maxVersionLevel: int16, minVersionLevel: int16 })), []),
  zkMigrationReady: tagged(3, boolean, false),
})

const nothing = {
  apiKeys: [],
  throttleTimeMs: 0,
  supportedFeatures: [],
  finalizedFeaturesEpoch: -1,
  finalizedFeatures: [],
  zkMigrationReady: false,
}

/** What a broker speaks, and the features of the cluster: supported here, finalized everywhere. */
export const apiVersionsApi = defineApi({
  name: 'ApiVersions',
  key: 18,
  versions: [3, 4],
  flexibleFrom: 3,
  hasPlainHeader: true,
  request: struct({ clientSoftwareName: string, clientSoftwareVersion: string }),
  response: {
    read: (from) => {
      const errorCode = from.int16()
      if (errorCode === 0) return { errorCode, ...said.read(from) }
      // A broker that does not know the version answers in the layout of version 0: only the code can be read.
      from.bytes(from.left)
      return { errorCode, ...nothing }
    },
    write: (to, { errorCode, ...rest }) => {
      to.int16(errorCode)
      said.write(to, rest)
    },
  },
})

/** How this client names itself. */
export const GREETING = { clientSoftwareName: 'reprise', clientSoftwareVersion: '1' }

/** The oldest form, which every broker answers. */
export const apiVersionsV0 = defineApi({
  name: 'ApiVersions',
  key: 18,
  versions: [0, 0],
  flexibleFrom: 3,
  hasPlainHeader: true,
  request: struct({}),
  response: struct({ errorCode: int16, apiKeys }),
})
