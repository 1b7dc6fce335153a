const SECRET =
  /(?:^|_)(?:PASSWORD|PASSWD|PASS|PWD_?HASH|SECRET|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|SECRET_?KEY|AUTH|WEBHOOK(?:_URL)?|ROUTING_?KEY|PASSPHRASE)(?:_|$)/i

/** Does a variable's name look like a secret's? Then it is treated as one. */
export function looksSecret(name: string): boolean {
  return SECRET.test(name) && !/_(?:FILE|PATH|NAME)$/i.test(name)
}
