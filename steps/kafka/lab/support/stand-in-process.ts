/** `node stand-in-process.ts [PORT]`: the stand-in as a process of its own. Its first line is JSON with its addresses; it ends at SIGTERM. */
import { startStandIn } from './stand-in.ts'

const standIn = await startStandIn({ port: Number(process.argv[2] ?? 0) })
const { url, slackUrl, pagerDutyUrl } = standIn
process.stdout.write(`${JSON.stringify({ url, slackUrl, pagerDutyUrl })}\n`)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void standIn.close())
