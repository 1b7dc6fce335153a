/** What every shell has, or may be taken to have. */
const environment =
  /^(?:PATH|HOME|USER|LOGNAME|PWD|OLDPWD|SHELL|TERM|TMPDIR|LANG|LANGUAGE|LC_\w+|TZ|HOSTNAME|HOSTTYPE|OSTYPE|MACHTYPE|UID|EUID|PPID|SHLVL|RANDOM|SRANDOM|SECONDS|LINENO|EPOCHSECONDS|EPOCHREALTIME|IFS|PS[0-4]|REPLY|OPTARG|OPTIND|PIPESTATUS|FUNCNAME|GROUPS|DIRSTACK|COLUMNS|LINES|MAPFILE|READLINE_\w+|COPROC(?:_PID)?|BASH\w*|SSH_\w+|SUDO_\w+|XDG_\w+|EDITOR|VISUAL|PAGER|DISPLAY|_)$/

/** The names of a script that some place must give a value: no digit or sign, no default of their own, not every shell's. */
export function needsValue({ name, defaulted }: { readonly name: string; readonly defaulted: boolean }): boolean {
  return !defaulted && /^[A-Za-z_]/.test(name) && !environment.test(name)
}
