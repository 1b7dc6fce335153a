import type { Lang } from '../model/runbook.ts'

/** The language of a screen: the flag, else the file's, else the project's, else the locale's, else English. */
export function languageOf(given: {
  readonly flag: string | undefined
  readonly file: Lang | null
  readonly project: Lang | null
}): Lang {
  if (given.flag === 'fr' || given.flag === 'en') return given.flag
  return given.file ?? given.project ?? localeLanguage()
}

/** The language of the locale, as the environment says it. */
export function localeLanguage(): Lang {
  const { LC_ALL, LC_MESSAGES, LANG } = process.env
  const locale = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '')
  return locale?.toLowerCase().startsWith('fr') === true ? 'fr' : 'en'
}
