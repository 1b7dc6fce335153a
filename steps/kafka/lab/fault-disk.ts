import {
  closeSync,
  cpSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { forgetFault, rememberFault } from './faults.ts'
import { LabError } from './lab-error.ts'
import { findProgram, mustRun, needProgram, runTool } from './run-tool.ts'
import { dataFolder } from './server-properties.ts'
import { nodeNamed, nodeReady, startNode } from './start-node.ts'
import { stopProcess } from './supervise.ts'
import type { LabPlan } from './topology.ts'

const DISK_MB = 96
const BALLAST = 'ballast'

const imageFile = (home: string, node: string): string => join(home, 'nodes', node, 'disk.img')

/** Moves a node's data to a file system of 96 MB of its own, and fills that up to so many free MB. */
export async function fillDisk(
  plan: LabPlan,
  { name, freeMb }: { readonly name: string; readonly freeMb: number },
): Promise<void> {
  const node = nodeNamed(plan, name)
  needRoot()
  const data = dataFolder(plan.home, name)
  rememberFault(plan.home, { kind: 'disk', what: name, how: `${freeMb} MB free` })
  await stopProcess(plan.home, { name })
  await mountSmall(plan.home, name)
  await startNode(plan, node)
  await nodeReady(plan, node)
  fillUp(join(data, BALLAST), freeMb)
}

function needRoot(): void {
  if (process.getuid?.() !== 0)
    throw new LabError('a full disk is a loop-mounted file system of its own, which only root can mount')
  needProgram('mkfs.ext4', 'e2fsprogs')
}

async function mountSmall(home: string, node: string): Promise<void> {
  const [image, data] = [imageFile(home, node), dataFolder(home, node)]
  const handle = openSync(image, 'w', 0o600)
  ftruncateSync(handle, DISK_MB * 1_048_576)
  closeSync(handle)
  const mkfs = findProgram('mkfs.ext4') ?? 'mkfs.ext4'
  // Without the blocks that are kept for root, and without lost+found, which Kafka would take for a topic.
  await mustRun([mkfs, '-q', '-m', '0', '-O', '^has_journal', image], { timeoutMs: 20_000 })
  const aside = `${data}.aside`
  renameSync(data, aside)
  mkdirSync(data)
  try {
    await mustRun(['mount', '-o', 'loop', image, data], { timeoutMs: 20_000 })
  } catch (error) {
    rmSync(data, { recursive: true })
    renameSync(aside, data)
    throw new LabError(`no loop-mounted file system here: ${(error as Error).message}`)
  }
  rmSync(join(data, 'lost+found'), { recursive: true, force: true })
  cpSync(aside, data, { recursive: true })
  rmSync(aside, { recursive: true })
}

/** Writes until only so much is free; real bytes, which a file with holes would not take. */
function fillUp(file: string, freeMb: number): void {
  const block = Buffer.alloc(65_536, 1)
  const handle = openSync(file, 'w')
  try {
    const free = (): number => {
      const { bavail, bsize } = statfsSync(file)
      return bavail * bsize
    }
    for (let size = block.length; size >= 512;) {
      if (free() - size < freeMb * 1_048_576) size /= 2
      else writeSync(handle, block, 0, size)
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  } finally {
    closeSync(handle)
  }
}

/** Puts the node's data back on the ordinary disk; the node is started with the others. */
export async function emptyDisk(plan: LabPlan, name: string): Promise<void> {
  const data = dataFolder(plan.home, name)
  await stopProcess(plan.home, { name, signal: 'SIGKILL' })
  rememberFault(plan.home, { kind: 'down', what: name, how: 'the disk is given back' })
  if (isMounted(data)) {
    const copy = `${data}.copy`
    rmSync(join(data, BALLAST), { force: true })
    rmSync(copy, { recursive: true, force: true })
    cpSync(data, copy, { recursive: true })
    await mustRun(['umount', data], { timeoutMs: 20_000 })
    rmSync(data, { recursive: true })
    renameSync(copy, data)
  }
  rmSync(imageFile(plan.home, name), { force: true })
  forgetFault(plan.home, { kind: 'disk', what: name })
}

/** Takes away what is still mounted below a lab's folder, so that the folder can be removed. */
export async function unmountAll(home: string): Promise<void> {
  for (const folder of mountsBelow(home)) await runTool(['umount', '-l', folder], { timeoutMs: 20_000 })
}

const isMounted = (folder: string): boolean => mountsBelow(folder).includes(folder)

function mountsBelow(folder: string): readonly string[] {
  return readFileSync('/proc/mounts', 'utf8')
    .split('\n')
    .map((line) => (line.split(' ')[1] ?? '').replaceAll(String.raw`\040`, ' '))
    .filter((at) => at === folder || at.startsWith(`${folder}/`))
}
