import { nearest } from '../../language/nearest.ts'
import type { Place } from '../../model/problem.ts'
import type { Link, Runbook } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import type { Finding, LintContext } from '../define-rule.ts'
import { decode, finderOf, plain } from '../find-step.ts'
import { stepsOf } from '../spots.ts'

/**
 * A link to a heading that this file does not have is an error; to a file that is not there, or a heading that it does not have, a warning.
 *
 * Decisions have their own rule, for which a lost file is an error.
 *
 * ````markdown ok
 * ### Step 1: Look
 *
 * See [step 1](#step-1-look), [the guide](there.md), [the site](https://example.org/#top).
 * ````
 *
 * ````markdown not-ok
 * ### Step 1: Look
 *
 * See [step 2](#step-2-restart) or [the other runbook](lost.md).
 * ````
 * → 3:5 error
 * → 3:34 warning
 */
export default defineRule({
  name: 'broken-link',
  severity: 'error',
  check(runbook, context, report) {
    const targets = targetPlaces(runbook)
    if (runbook.links.length === 0) return
    const anchors = anchorsOf(runbook)
    for (const link of runbook.links) {
      if ((targets.get(link.place.line) ?? []).some((place) => isWithin(link.place, place))) continue
      if (isInHistory(runbook, link.place)) continue
      const { url } = link
      if (/^(?:[a-z][a-z0-9+.-]*:|\/)/i.test(url) || url === '' || url === '#') continue
      if (url.startsWith('#')) checkAnchor(runbook, link, anchors, report)
      else checkFile(link, context, report)
    }
  },
})

/** Cells of decisions that hold a target, by line. */
function targetPlaces(runbook: Runbook): ReadonlyMap<number, readonly Place[]> {
  const found = new Map<number, Place[]>()
  for (const { step } of stepsOf(runbook)) {
    for (const item of step.items) {
      if (item.type !== 'decision') continue
      for (const { target } of item.rows) found.set(target.place.line, [...(found.get(target.place.line) ?? []), target.place])
    }
  }
  return found
}

/** The engine's own table names records, which are not committed everywhere. */
function isInHistory({ sections }: Runbook, { line }: Place): boolean {
  const section = sections.findLast(({ title }) => title.value !== '' && title.place.line <= line)
  return section?.name === 'runs' || section?.name === 'changes'
}

function isWithin(inner: Place, outer: Place): boolean {
  return inner.line === outer.line && inner.column >= outer.column && inner.column < outer.endColumn
}

/** Folded, so that a no-break space or an accent is no difference. */
function anchorsOf(runbook: Runbook): ReadonlySet<string> {
  const written = [...runbook.source.matchAll(/<[a-z]+[^>]*\s(?:id|name)=["']?([^"'\s>]+)/gi)].map((match) => match[1] ?? '')
  return new Set([...runbook.headings.map(({ anchor }) => anchor), ...written].map(plain))
}

function checkAnchor(
  runbook: Runbook,
  { url, place }: Link,
  anchors: ReadonlySet<string>,
  report: (finding: Finding) => void,
): void {
  const anchor = decode(url.slice(1))
  if (anchors.has(plain(anchor.replace(/^user-content-/, ''))) || /^top$/i.test(anchor) || finderOf(runbook)(url) !== null) return
  const known = runbook.headings.map((heading) => heading.anchor)
  report({
    place,
    reason: `Unexpected link to \`${url}\`, expected a heading of this file`,
    actual: url,
    nearest: nearest(anchor, known.slice(0, 300)),
  })
}

function checkFile({ url, place }: Link, context: LintContext, report: (finding: Finding) => void): void {
  const [path = '', anchor] = url.split('#')
  const file = decode(path.replace(/\?.*$/, ''))
  if (!context.exists(file)) {
    report({ place, severity: 'warning', reason: `Unexpected link to \`${file}\`, expected a file that exists`, actual: url })
    return
  }
  if (anchor === undefined || anchor === '' || !/\.(?:md|markdown)$/i.test(file)) return
  const anchors = context.anchorsOf(file)
  if (anchors === null || anchors.some((one) => plain(one) === plain(decode(anchor)))) return
  report({
    place,
    severity: 'warning',
    reason: `Unexpected link to \`#${anchor}\`, expected a heading of \`${file}\``,
    actual: url,
    nearest: nearest(anchor, anchors),
  })
}
