import type { Block, Step } from '../model/runbook.ts'
import type { LintContext } from './define-rule.ts'
import { scriptOf } from './shell-of.ts'
import { attributeOf, labelOf, useOf } from './spots.ts'

const readers =
  /^(?:ls|ll|df|du|cat|head|tail|grep|egrep|fgrep|zgrep|rg|awk|cut|sort|uniq|wc|tr|jq|yq|column|ps|pgrep|top|free|uptime|date|whoami|id|hostname|uname|env|printenv|echo|printf|pwd|cd|stat|file|which|type|command|test|\[|\[\[|true|:|ping|dig|nslookup|host|getent|ss|netstat|lsof|lsblk|mount|nproc|vmstat|iostat|mpstat|sar|journalctl|dmesg|diff|cmp|md5sum|sha256sum|sleep|for|case|export|local|break|continue|exit|return|tree|less|more|history|man|ip|watch)$/

const verbs: Readonly<Record<string, RegExp>> = {
  kubectl: /^(?:get|describe|logs|top|explain|version|cluster-info|api-resources|auth|wait|diff)$/,
  oc: /^(?:get|describe|logs|whoami|status|version|projects?|adm)$/,
  systemctl: /^(?:status|is-active|is-enabled|is-failed|show|list-units|list-timers|cat)$/,
  docker: /^(?:ps|logs|inspect|images|stats|version|info)$/,
  git: /^(?:status|log|diff|show|branch|remote|describe|rev-parse)$/,
  helm: /^(?:list|status|get|history|version)$/,
}

/** Blocks of a step that may change something, as far as that can be seen. */
export function changesIn(step: Step, { stepTypes }: LintContext): readonly Block[] {
  return step.items.filter((item): item is Block => {
    if (item.type !== 'block' || item.role !== 'command') return false
    const use = useOf(item)
    if (use !== null) return stepTypes?.get(use.value)?.effect !== 'reads'
    return item.kind !== 'shell' || item.typed || !onlyReads(item)
  })
}

/** A fence without a type that plainly only looks. */
function onlyReads(block: Block): boolean {
  return scriptOf(block).commands.every((command) => {
    if (
      command.redirects.some(
        ({ operator, target }) => operator.includes('>') && !/^(?:\/dev\/(?:null|stdout|stderr)|\d)$/.test(target?.value ?? ''),
      )
    )
      return false
    if (command.words.length === 0) return true
    const { name, args } = command.program
    const verb = args.find(({ value }) => !value.startsWith('-'))?.value ?? ''
    if (name === 'curl') return !args.some(({ value }) => /^(?:-X|--request|-d|--data.*|-T|-F|--form|-o|-O|--output)/.test(value))
    return readers.test(name) || verbs[name]?.test(verb) === true
  })
}

/** Whether the step says how it is proved. */
export function isProved({ items }: Step): boolean {
  const label = labelOf(items, 'validation')
  if (label !== null && (label.text.trim() !== '' || items.some(({ type }) => type === 'box'))) return true
  return items.some((item) => item.type === 'block' && (item.role === 'validate' || item.role === 'wait'))
}

/** *None* and no reason for it. */
const bareNone = /^[`*_]*(?:none|aucune?s?|nothing|rien)[`*_]*[\s.,;:!]*$/i

/** Whether the step says how it is undone, or that nothing is to be undone and why. */
export function isUndone({ items }: Step): boolean {
  const label = labelOf(items, 'rollback')
  const says = label !== null && label.text.trim() !== '' && !bareNone.test(label.text.trim())
  return says || items.some((item) => item.type === 'block' && item.role === 'rollback')
}

/** Whether the author says that a block cannot be undone. */
export function isIrreversible(block: Block): boolean {
  return attributeOf(block, 'irreversible') !== null
}
