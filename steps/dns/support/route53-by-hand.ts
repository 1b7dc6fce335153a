import { shellWord } from '../../support/shell-word.ts'
import type { Route53Set } from './route53-api.ts'

/** The same change with Amazon's own command, which takes the access key from the environment. */
export function awsOf({
  zoneId,
  set,
  endpoint,
  from,
}: {
  readonly zoneId: string
  readonly set: Route53Set
  readonly endpoint: string
  readonly from?: string | readonly string[] | undefined
}): string {
  const at = endpoint === 'https://route53.amazonaws.com' ? '' : ` --endpoint-url ${shellWord(endpoint)}`
  const aws = `aws route53${at}`
  const change = {
    Action: 'UPSERT',
    ResourceRecordSet: {
      Name: set.name,
      Type: set.type,
      TTL: set.ttl,
      ResourceRecords: set.values.map((Value) => ({ Value })),
    },
  }
  const batch = JSON.stringify({ Changes: [change] })
  const expected =
    from === undefined
      ? 'keep it, to put it back'
      : `must be ${[from].flat().join(', ').replaceAll('\n', ' ') || 'nothing'}; keep it, to put it back`
  return [
    `${aws} list-resource-record-sets --hosted-zone-id ${zoneId} --start-record-name ${shellWord(set.name)} --start-record-type ${set.type} --max-items 1  # ${expected}`,
    `id=$(${aws} change-resource-record-sets --hosted-zone-id ${zoneId} --change-batch ${shellWord(batch)} --query ChangeInfo.Id --output text)`,
    `${aws} wait resource-record-sets-changed --id "$id"`,
  ].join('\n')
}
