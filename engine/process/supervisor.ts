/**
 * The program that stays beside a block on another host. Its text comes first on the standard input of `bash`, and what it
 * works on after it, each with a NUL at its end: the marker, what to do, the grace in tenths of a second, the marks of the
 * task and of the run. It answers with the marker, on both streams: whatever stood there before is not the block's. Then the
 * block's text is sent, and nothing but signs of life after it: when they cease, or the connection ends, the block ends.
 *
 * At the block's end, when nobody of it lives any more, the marker comes again on standard output and after it, each with a
 * NUL: `X STATUS`, `N WHY` (it was not started), the states `S CWD EXPORTS ARRAYS E` before and after, `L NAME` for each
 * process that was left and ended, `A NAME` for each that still lives, `Z`. Without `Z` nobody knows how it ended.
 */
const PARTS = {
  /* Who belongs to the block: its group, its session, its mark in the environment. The supervisor's own group is not of it. */
  members: `
members() {
  local file line pid
  if [[ ! -r /proc/$$/stat ]]; then
    if [[ -n $block ]] && kill -0 -- "-$block" 2>/dev/null; then printf '%s\\n' "-$block"; fi
    return
  fi
  for file in /proc/[0-9]*/stat; do
    { IFS= read -r line <"$file"; } 2>/dev/null || continue
    pid=\${line%% *}
    set -- \${line##*) }
    case $1 in Z | X) continue ;; esac
    if [[ -n $block && ( $3 == "$block" || $4 == "$block" || ( -n $session && $4 == "$session" && $3 != "$group" ) ) ]]; then printf '%s\\n' "$pid"; fi
  done
  grep -lzF -e "$marks" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}`,
  /* TERM to whoever is there, each once; KILL after so many tenths of a second. What still lives then is in \`alive\`. */
  endAll: `
endAll() {
  local n pid words
  for ((n = 0; n < $1 + 50; n++)); do
    alive=' '
    for pid in $(members); do
      [[ $alive == *" $pid "* ]] && continue
      alive+="$pid "
      if [[ $told != *" $pid "* ]]; then
        told+="$pid "
        words=()
        mapfile -d '' -t words 2>/dev/null <"/proc/$pid/cmdline" || :
        names[\${pid#-}]="$pid \${words[*]}"
        kill -s TERM -- "$pid"
      elif ((n >= $1)); then kill -s KILL -- "$pid"; fi
    done 2>/dev/null
    if [[ $alive == ' ' ]]; then return; fi
    sleep 0.1
  done
}`,
  /* Beside the block: until the other side says that it must end, or says nothing any more. */
  watch: `
watch() {
  local word
  trap '' HUP
  while IFS= read -r -t 30 word <&8 && [[ $word == . ]]; do :; done
  trap '' TERM PIPE
  endAll "$grace"
}`,
  /* What the block tells through descriptor 9, until it has ended. $1 watches from its beginning on. */
  hear: `
hear() {
  local kind part n
  while IFS= read -r -d '' kind <&9; do
    case $kind in P | N | X) n=1 ;; S) n=4 ;; *) return ;; esac
    if [[ $kind != P ]]; then said+=("$kind"); fi
    for ((; n > 0; n--)); do
      IFS= read -r -d '' part <&9
      if [[ $kind == P ]]; then block=$part; else said+=("$part"); fi
    done
    if [[ $kind == P && $1 == watch ]]; then
      watch &
      watcher=$!
    fi
    if [[ $kind == X && $1 == watch ]]; then return; fi
  done
}`,
  rest: `
rest() {
  if [[ -n $watcher ]]; then
    kill "$watcher"
    wait "$watcher"
  fi 2>/dev/null
  endAll "$((grace < 20 ? grace : 20))"
}`,
  run: `
runBlock() {
  IFS= read -r -d '' text || return 1
  exec 8<&0 9< <(
    exec 3>&1
    set -m
    REPRISE_TASK=$task REPRISE_RUN=$run bash --noprofile --norc -euo pipefail -s >&6 2>&7 6>&- 7>&- 8<&- 0< <(printf '%s\\n' "$text") &
    wait "$!"
    printf 'X\\0%s\\0' "$?"
  )
  hear watch
  rest
}`,
  /* The block itself comes through a second connection, which has the terminal: it finds its text in one pipe and tells in another. */
  lend: `
lendText() {
  local folder writer
  IFS= read -r -d '' text || return 1
  folder=$(umask 077 && mktemp -d) && mkfifo -m 600 "$folder/text" "$folder/told" || return 1
  exec 8<&0 9<>"$folder/told"
  printf '%s\\n' "$text" >"$folder/text" &
  writer=$!
  printf '%s\\0' "$folder"
  {
    while IFS= read -r -t 30 word <&8 && [[ $word == . ]]; do :; done
    kill "$writer" 2>/dev/null
    printf 'Q\\0' >&9
  } &
  hear
  rm -rf -- "$folder"
  rest
}`,
}

/** Its text, whole: bash reads it to the closing brace before it runs a word of it. */
export const SUPERVISOR = `{
trap : HUP INT PIPE TERM
for name in marker verb grace task run; do IFS= read -r -d '' "$name" || exit 1; done
marks="REPRISE_TASK=$task" block= session= group= said=() names=() told=' ' alive=' ' text= watcher=
exec 6>&1 7>&2
IFS= read -r line 2>/dev/null </proc/$$/stat && { set -- \${line##*) }; group=$3; case $4 in $$ | $PPID) session=$4 ;; esac; }
${Object.values(PARTS).join('\n')}
printf %s "$marker" >&2
printf %s "$marker"
case $verb in
run) runBlock || exit 1 ;;
lend) lendText || exit 1 ;;
end) marks=$'REPRISE_TASK='"\${task//$'\\n'/$'\\n'REPRISE_TASK=}"; endAll "$grace" ;;
esac
for pid in "\${!names[@]}"; do case $alive in *" $pid "*) said+=(A "\${names[pid]}") ;; *) said+=(L "\${names[pid]}") ;; esac; done
{ printf %s "$marker" && printf '%s\\0' "\${said[@]}" Z; } 2>/dev/null
exit 0
}
`
