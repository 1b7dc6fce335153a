import { Command as Parser, CommanderError, InvalidArgumentError, Option } from 'commander'
import { visibleLine } from '../language/control.ts'
import type { Lang } from '../model/runbook.ts'
import { COMMANDS, type Command } from './command-table.ts'
import { EXIT } from './exit.ts'
import { FLAGS, type Flag, type FlagName, type Given } from './flags.ts'
import { localeLanguage } from './language.ts'
import { complain, say, write } from './output.ts'
import { callPack, packCommands } from './pack-commands.ts'

const INTRO: Readonly<Record<Lang, string>> = {
  en: 'Runs Markdown runbooks step by step or unattended, and keeps the proof.',
  fr: 'Exécute des runbooks Markdown pas à pas ou automatiquement, et garde la preuve.',
}

const EXITS: Readonly<Record<Lang, string>> = {
  en: `
Exit codes: 0 passed · 1 failed · 2 usage or problems in the runbook
  3 failed and rolled back · 4 a check failed, nothing changed
  5 rolled back in part · 6 waiting for a person · 7 locked
  10 stopped by a person · 20 bug · 128+n signal`,
  fr: `
Codes de sortie : 0 réussi · 1 échoué · 2 usage ou problèmes du runbook
  3 échoué et annulé · 4 un contrôle a échoué, rien n'a changé
  5 annulé en partie · 6 en attente d'une personne · 7 verrouillé
  10 arrêté par une personne · 20 défaut · 128+n signal`,
}

/** Finds the command, parses its flags, loads it and calls it. */
export async function callCommand(argv: readonly string[]): Promise<number> {
  const [first = '', ...rest] = argv
  const isOwn = COMMANDS.some(({ name }) => name === first)
  const packs = isOwn ? [] : packCommands()
  const pack = packs.find(({ name }) => name === first)
  if (pack !== undefined) return callPack(pack, rest)
  const lang = langOf(argv)
  let code = 0
  const parser = new Parser('reprise')
    .description(INTRO[lang])
    .option('-V, --version', lang === 'fr' ? 'la version' : 'the version')
    .helpOption('-h, --help', lang === 'fr' ? "l'aide d'une commande" : 'help, of a command too')
    .helpCommand(false)
    .addHelpText('after', EXITS[lang])
    .exitOverride()
    .configureOutput({ writeOut: (text) => write(1, text), writeErr: () => undefined })
  for (const command of COMMANDS) {
    const sub = declare(parser, command, lang)
    sub.action(async () => {
      const { command: act } = await command.load()
      code = await act({ args: sub.args, given: sub.opts() as Given })
    })
  }
  for (const { name, says } of packs) parser.command(`${name} <action>`).description(says[lang])
  try {
    if (argv.length === 0) {
      parser.outputHelp()
      return EXIT.usage
    }
    await parser.parseAsync([...argv].map(alone), { from: 'user' })
    return code
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return 0
    return await refuse(argv, error, lang)
  }
}

/** `--drill` takes a value only after `=`: otherwise it would swallow the file's name. */
function alone(word: string): string {
  return word === '--drill' ? '--drill=partial' : word
}

function langOf(argv: readonly string[]): Lang {
  const at = argv.indexOf('--lang')
  const word = at >= 0 ? argv[at + 1] : argv.find((one) => one.startsWith('--lang='))?.slice(7)
  return word === 'fr' || word === 'en' ? word : localeLanguage()
}

function declare(parser: Parser, command: Command, lang: Lang): Parser {
  const sub = parser.command([command.name, ...command.args.map(argument)].join(' ')).description(command.says[lang])
  for (const name of command.flags) sub.addOption(optionOf(name, lang))
  return sub
}

const argument = (word: string): string => {
  if (word.startsWith('[')) return word.toLowerCase()
  return `<${word.toLowerCase()}>`
}

function optionOf(name: FlagName, lang: Lang): Option {
  const flag: Flag = FLAGS[name]
  const value = flag.value === undefined ? '' : flag.optional === true ? ` [${flag.value}]` : ` <${flag.value}>`
  const option = new Option(`${flag.short === undefined ? '' : `-${flag.short}, `}--${flag.long}${value}`, flag.says[lang])
  // Commander's own name of `--no-color` is a negated `color`.
  option.attributeName = () => name
  option.negate = false
  if (name === 'lang') option.choices(['en', 'fr'])
  if (name === 'drill') option.choices(['full', 'partial', 'manual_validation', 'none'])
  if (name === 'rollback') option.choices(['ask', 'always', 'never', 'on-failure'])
  if (name === 'format') option.choices(['bash', 'md'])
  if (name === 'override') return option.choices(OVERRIDES).argParser(oneOf)
  if (flag.repeat === true) option.argParser((one: string, before: readonly string[] | undefined) => [...(before ?? []), one])
  return option
}

const OVERRIDES = ['leftovers', 'approvals', 'blackout', 'window', 'participants', 'abort_if']

function oneOf(word: string, before: readonly string[] | undefined): readonly string[] {
  if (!OVERRIDES.includes(word)) throw new InvalidArgumentError(`expected ${OVERRIDES.join(', ')}`)
  return [...(before ?? []), word]
}

async function refuse(argv: readonly string[], error: CommanderError, lang: Lang): Promise<number> {
  const reason = visibleLine(error.message.replace(/^error: /, ''))
  const said = `${reason.slice(0, 1).toUpperCase()}${reason.slice(1)}`
  if (argv.includes('--json')) {
    const place = { line: 1, column: 1, endLine: 1, endColumn: 1 }
    say(
      JSON.stringify([
        {
          file: 'command line',
          ...place,
          rule: 'usage',
          severity: 'error',
          reason: said,
          expected: [],
          actual: null,
          url: 'docs/cli.md',
        },
      ]),
    )
  }
  // Loaded only here: help and a command's start do without.
  const { wordsOf } = await import('../words/words.ts')
  const { problem, colon } = wordsOf(lang)
  const help = lang === 'fr' ? "L'aide" : 'Help'
  complain(
    `reprise: ${problem.said(said)}\n${help}${colon} reprise ${COMMANDS.some(({ name }) => name === argv[0]) ? `${argv[0]} ` : ''}--help`,
  )
  return EXIT.usage
}
