import { readList } from './script-list.ts'
import type { Reader, Script } from './script.ts'

/** Reads shell text into flat commands with what stands around them. Total: text that is no shell gives what can be made of it. */
export function readScript(source: string): Script {
  const reader: Reader = { source, at: 0, depth: 0, backtick: false, commands: [], stretches: [], heredocs: [], readList }
  while (reader.at < source.length) {
    readList(reader, { stop: null, around: [], before: '', negated: false })
  }
  // Announced in the last line.
  const end = source.length
  for (const open of reader.heredocs.splice(0)) reader.stretches.push({ kind: 'heredoc', offset: end, end, open })
  reader.commands.sort((one, other) => one.offset - other.offset)
  reader.stretches.sort((one, other) => one.offset - other.offset)
  return reader
}
