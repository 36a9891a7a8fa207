import type { Random } from "../../helpers/fuzz.ts";

/** What sshd's own messages are made of, and what tells one from another. */
const FRAGMENTS = [
  ..."root|alice|invalid user |illegal user |authenticating user |user |Invalid user ".split("|"),
  ..." from 1.2.3.4 port 22 ssh2| from 1.2.3.4| from 1.2.3.4 port 22| 1.2.3.4 port 9".split("|"),
  ..." port 9| ssh2| ssh2 [preauth]| [preauth]| [postauth]| from ::1 port 22 ssh2|fatal".split("|"),
  ..."Accepted password for root| for |Failed password for |error |PAM | timed out| on ".split("|"),
  ..."Connection closed by | not allowed because | for illegal user |: |ssh2: |]: |…".split("|"),
  ..."message repeated 9 times [ |last message repeated 9 times|'|\"|#|*|%|(|)|[|]| |  ".split("|"),
  ..."\n|\r|\t|\u001b|\\|é|\u00ff\u00ff\u00ff".split("|"),
  "A".repeat(40),
  "\u0001".repeat(10),
  "\u0001".repeat(60),
];

/** A name as a client may send it, one character for each byte, without what sshd cuts off at once. */
export function hostileName(random: Random): string {
  let name = "";
  for (let parts = random.below(8); parts > 0; parts--) name += random.pick(FRAGMENTS);
  return Buffer.from(name.replace(/:.*$/s, "")).toString("latin1");
}

/**
 * A message of sshd's with a name in it.
 *
 * @param format the message, with NAME and PEER where a name and an address are
 * @param relayed written by the unprivileged child; up to 10.2 that escapes the text once more
 */
export function sshdMessage(
  format: string,
  peer: string,
  name: string,
  relayed: "escaped" | "plain" | undefined,
): string {
  // The child's messages name the user within the connection's id, which has room for more of it.
  const limit = format.includes(" user NAME PEER") ? 187 : 100;
  let text = format.replace("PEER", peer).replace("NAME", () => name.slice(0, limit));
  text = vis(text);
  if (relayed === "escaped") text = vis(text);
  return `${text}${relayed === undefined ? "" : " [preauth]"}`.slice(0, 500);
}

const C_STYLE = new Map(Object.entries({ "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\" }));

/** strnvis(3) as sshd's log.c calls it, with VIS_CSTYLE, VIS_NL, VIS_TAB and VIS_OCTAL. */
function vis(text: string): string {
  return text.replace(/[^ -[\]-~]/g, (char) => {
    return C_STYLE.get(char) ?? `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`;
  });
}
