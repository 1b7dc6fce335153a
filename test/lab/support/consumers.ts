import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Lab } from './lab.ts'

/** An application whose consumers run as a service does: a command orders them, and they stay when it has ended. */
export interface Consumers {
  /** Commands for a runbook, run in the lab's root. */
  readonly commands: Readonly<Record<'START_CONSUMERS' | 'RESTART_CONSUMERS' | 'ADD_CONSUMERS', string>>
  /** One consumer more; `everyMs`: how long it takes for a record. */
  start(options?: { readonly everyMs?: number }): void
  /** SIGSTOP: they hold their partitions and read nothing. */
  hang(): void
  /** Ends them all, and obeys no command any more. */
  close(): void
}

/** Kafka's own console consumer as the application of a group, with a commit every 200 ms. */
export function consumersOf(lab: Lab, { group, topic }: { readonly group: string; readonly topic: string }): Consumers {
  const orders = join(lab.root, `orders-${group}`)
  const running: ChildProcess[] = []
  const start = ({ everyMs = 0 }: { readonly everyMs?: number } = {}): void => {
    const tool = join(lab.env['KAFKA_BIN'] ?? '', 'kafka-console-consumer.sh')
    const words = `--bootstrap-server ${lab.env['PRIMARY_BOOTSTRAP']} --topic ${topic} --group ${group}`
    const own =
      '--from-beginning --command-property auto.commit.interval.ms=200 --command-property max.poll.records=5 --command-property session.timeout.ms=20000 --command-property metadata.max.age.ms=1000'
    const reader = everyMs === 0 ? 'cat > /dev/null' : `while read -r _; do sleep ${everyMs / 1000}; done`
    running.push(spawn('bash', ['-c', `'${tool}' ${words} ${own} 2> /dev/null | ${reader}`], { detached: true, stdio: 'ignore' }))
  }
  const signal = (name: NodeJS.Signals): void => {
    for (const { pid } of running)
      try {
        if (pid !== undefined) process.kill(-pid, name)
      } catch {
        // It has ended by itself.
      }
  }
  // One that hangs dies of this too, and stays a member until its session ends.
  const stop = (): void => {
    signal('SIGTERM')
    signal('SIGKILL')
    running.length = 0
  }
  const obey = (order: string): void => {
    if (order === 'restart') stop()
    start()
  }
  rmSync(orders, { force: true })
  const timer = setInterval(() => {
    if (!existsSync(orders)) return
    const lines = readFileSync(orders, 'utf8').split('\n').filter(Boolean)
    rmSync(orders)
    for (const line of lines) obey(line)
  }, 100)
  const order = (word: string): string => `echo ${word} >> orders-${group}`
  return {
    commands: { START_CONSUMERS: order('start'), RESTART_CONSUMERS: order('restart'), ADD_CONSUMERS: order('add') },
    start,
    hang: () => signal('SIGSTOP'),
    close: () => {
      clearInterval(timer)
      stop()
    },
  }
}
