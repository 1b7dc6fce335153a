import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { visible } from '../language/control.ts'
import type { Lang } from '../model/runbook.ts'
import { languageOf } from './language.ts'
import { complain, say } from './output.ts'
import { ownStepsFolder, toolRoot } from './tool-root.ts'

interface Line {
  readonly usage: string
  readonly says: Readonly<Record<Lang, string>>
}

/** A command that a step pack brings, as `steps/PACK/COMMAND/command.json` describes it; its code is loaded only when it is called. */
export interface PackCommand {
  readonly name: string
  readonly says: Readonly<Record<Lang, string>>
  readonly actions: readonly Line[]
  readonly flags: readonly Line[]
  /** Programs that it cannot do without: `doctor` tells them, and misses none of them for anything else. */
  readonly needs: readonly { readonly program: string; readonly debianPackage: string }[]
  /** Folder of its code below the steps: `kafka/lab`. */
  readonly folder: string
}

/** What the command of a pack gets; it gives back the exit code. */
export interface PackCall {
  /** The words and flags after the command's name. */
  readonly args: readonly string[]
  readonly lang: Lang
  readonly root: string
  /** Folder of the environments. */
  readonly inventory: string
  readonly say: (text: string) => void
  readonly complain: (text: string) => void
}

/** The commands of the tool's own packs, sorted by name. Loads none of them. */
export function packCommands(): readonly PackCommand[] {
  const steps = join(toolRoot(), 'steps')
  if (!existsSync(steps)) return []
  return foldersOf(steps)
    .flatMap((pack) => foldersOf(join(steps, pack)).map((name) => join(pack, name)))
    .filter((folder) => existsSync(join(steps, folder, 'command.json')))
    .map((folder) => {
      const said = JSON.parse(readFileSync(join(steps, folder, 'command.json'), 'utf8')) as Omit<PackCommand, 'folder'>
      return { ...said, folder }
    })
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
}

const foldersOf = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)

/** Calls a pack's command with the words after its name; `--help`, or nothing, says what it can do. */
export async function callPack(command: PackCommand, args: readonly string[]): Promise<number> {
  // Not needed to tell that the command is there: `--help` stays fast.
  const { readProject } = await import('../workspace/project-file.ts')
  const { findRoot } = await import('../workspace/root.ts')
  const root = findRoot(process.cwd())
  const project = await readProject(root)
  const at = args.indexOf('--lang')
  const lang = languageOf({ flag: at < 0 ? undefined : args[at + 1], file: null, project: project.lang })
  const words = at < 0 ? args : args.toSpliced(at, 2)
  if (words.length === 0 || words.includes('--help') || words.includes('-h')) {
    say(packHelp(command, lang))
    return words.length === 0 ? 2 : 0
  }
  const own = ownStepsFolder()
  const file = join(own, command.folder, `command.${own.endsWith('dist/steps') ? 'js' : 'ts'}`)
  const { command: act } = (await import(pathToFileURL(file).href)) as {
    readonly command: (call: PackCall) => Promise<number>
  }
  return act({ args: words, lang, root, inventory: project.inventory, say, complain: (text) => complain(visible(text)) })
}

function packHelp({ name, says, actions, flags }: PackCommand, lang: Lang): string {
  const width = Math.max(...[...actions, ...flags].map(({ usage }) => usage.length)) + 2
  const rows = (lines: readonly Line[]): string[] => lines.map((line) => `  ${line.usage.padEnd(width)}${line.says[lang]}`)
  return [
    `${lang === 'fr' ? 'Usage :' : 'Usage:'} reprise ${name} ACTION`,
    '',
    says[lang],
    '',
    ...rows(actions),
    '',
    lang === 'fr' ? 'Options :' : 'Options:',
    ...rows(flags),
  ].join('\n')
}
