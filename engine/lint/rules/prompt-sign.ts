import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf, stretchAt } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

const prompt =
  /^[ \t]*((?:[$%]|[\w.-]+@[\w.-]+(?::[^\s$#%]*)?[$#%]|\[[\w.-]+@[^\]\n]*\][$#%]|(?:ba|z|k)?sh-[\d.]+[$#])[ \t]+)\S/gm

/**
 * A prompt sign in front of a command, as copied from a terminal: `$ ls`, `root@host:~# ls`, `sh-4.4# ls`. The shell would look for a program of that name.
 *
 * ````markdown ok
 * ```bash {command}
 * echo $HOME
 * # a comment
 * cat <<EOF
 * $ ls
 * EOF
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * $ systemctl restart kafka
 * [root@kafka-1 ~]# systemctl status kafka
 * ```
 * ````
 * → 2:1 error
 * → 3:1 error
 */
export default defineRule({
  name: 'prompt-sign',
  severity: 'error',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      for (const match of block.body.matchAll(prompt)) {
        const sign = match[1] ?? ''
        const at = match.index + match[0].indexOf(sign)
        if (stretchAt(scriptOf(block), at) !== null || continues(block.body, match.index)) continue
        report({
          place: placeIn(block, at, at + sign.length),
          reason: `Unexpected prompt sign \`${sign.trim()}\`, expected the command alone`,
          actual: sign.trim(),
          script: block,
        })
      }
    }
  },
})

/** The line before ends in a backslash. */
function continues(body: string, at: number): boolean {
  return body.slice(Math.max(0, at - 2), at) === '\\\n'
}
