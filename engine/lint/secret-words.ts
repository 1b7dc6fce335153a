const secret =
  /(?:^|[_-])(?:pass(?:word|wd|phrase)?|pwd|secret|token|(?:api|access|secret|private|routing|integration|service|auth|pagerduty|opsgenie|account|signing|encryption)[_-]?key|credentials?)(?:$|[_-])/i
const aboutOne = /(?:pass(?:word)?|secret|token|key)[_-](?:file|path|url|name|id|ref|arn|version|type|count|length)(?:$|[_-])/i
const about = /[_-](?:file|path|url|uri|name|id|dir|ttl|length|count|type|arn|ref|version|topic|expiry|stdin)$/i

/** Whether a name says that its value is a secret: `DB_PASSWORD`, not `TOKEN_FILE`. */
export function looksSecret(name: string): boolean {
  if (/(?:^|[_-])web_?hook(?:[_-]?ur[li])?$/i.test(name)) return true
  if (/^(?:OLD)?PWD$/i.test(name) || about.test(name) || aboutOne.test(name)) return false
  return secret.test(name.replace(/([a-z])([A-Z])/g, '$1_$2'))
}

/** Whether a text could be a secret's value: not a reference, a path, a switch or a word to be replaced. */
export function looksLikeAValue(text: string): boolean {
  if (text.length < 4 || /[$`<>{}*…]/.test(text) || /^(?:[./~-]|file:|env:|cmd:)/.test(text)) return false
  return !/^(?:true|false|none|null|yes|no|x{3,}|change.?me|todo|ask|env|inventory|your.*)$/i.test(text)
}
