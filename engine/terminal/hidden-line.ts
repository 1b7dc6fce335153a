/** A line that is typed without being seen; null when the input ended. Enter ends it; Backspace and Ctrl-U take back, Ctrl-C interrupts. */
export function hiddenLine(
  input: NodeJS.ReadStream,
  { signal, onInterrupt }: { readonly signal: AbortSignal; readonly onInterrupt: () => void },
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    let line = ''
    const end = (settle: () => void): void => {
      input.removeListener('data', onData)
      input.removeListener('end', onEnd)
      signal.removeEventListener('abort', onAbort)
      input.setRawMode(false)
      input.pause()
      settle()
    }
    const onEnd = (): void => end(() => resolve(null))
    const onAbort = (): void => end(() => reject(signal.reason as Error))
    const onData = (chunk: Buffer | string): void => {
      for (const character of chunk.toString()) {
        if (character === '\r' || character === '\n') return end(() => resolve(line))
        if (character === '\u0004' && line === '') return end(() => resolve(null))
        if (character === '\u0003') onInterrupt()
        else if (character === '\u0004') continue
        else if (character === '\u007f' || character === '\b') line = Array.from(line).slice(0, -1).join('')
        else if (character === '\u0015') line = ''
        else line += character
      }
    }
    if (signal.aborted) {
      reject(signal.reason as Error)
      return
    }
    signal.addEventListener('abort', onAbort, { once: true })
    // Only so does the terminal itself show nothing.
    input.setRawMode(true)
    input.on('data', onData)
    input.once('end', onEnd)
    input.resume()
  })
}
