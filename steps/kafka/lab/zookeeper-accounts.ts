import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ACCOUNTS, mechanismOf, passwordOf } from './access.ts'
import { install } from './installation.ts'
import { toolCommand } from './java-command.ts'
import { mustRun } from './run-tool.ts'
import { bootstrapOf, nodesOf, type LabPlan } from './topology.ts'

/** Makes the accounts of a cluster that keeps them in ZooKeeper, once its brokers are there: no format can put them in before. */
export async function makeAccounts(plan: LabPlan): Promise<void> {
  if (plan.topology !== 'migration' || mechanismOf(plan.security) !== 'SCRAM-SHA-512') return
  const installation = await install(plan)
  const at = ['--bootstrap-server', bootstrapOf(nodesOf(plan), 'primary', 'brokers'), '--alter', '--entity-type', 'users']
  const make = async (account: (typeof ACCOUNTS)[number]): Promise<void> => {
    // In a file: everybody sees the words of a command.
    const file = join(plan.home, 'secrets', `${account}.scram`)
    writeFileSync(file, `SCRAM-SHA-512=password=${passwordOf(plan.home, account)}\n`, { mode: 0o600 })
    const args = [...at, '--entity-name', account, '--add-config-file', file]
    await mustRun(toolCommand(installation, { mainClass: 'kafka.admin.ConfigCommand', args }), { timeoutMs: 60_000 })
    rmSync(file)
  }
  await Promise.all(ACCOUNTS.map(make))
}
