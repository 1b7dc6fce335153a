/** The words that run a runbook in the lab's environment with nobody there, by a role whose row may be published. */
export const runWords = (
  file: string,
  params: Readonly<Record<string, string>>,
  ...more: readonly string[]
): readonly string[] => {
  const given = Object.entries(params).flatMap(([name, value]) => ['-p', `${name}=${value}`])
  return ['run', file, '-e', 'lab', '--unattended', '--as', 'operator', ...more, ...given]
}
