/**
 * systemd-logind's messages about sessions in the journal: session_start, session_stop_scope and session_finalize in
 * src/login/logind-session.c of systemd 247 to 262. It logs sessions of the class `background` only at level debug.
 */
import type { LogindFields } from "../logs/record.ts";

/** systemd's sd-messages.h: SD_MESSAGE_SESSION_START and SD_MESSAGE_SESSION_STOP. */
const STARTED = "8d45620c1a4348dbb17410da57c60c66";
const REMOVED = "3354939424b4456d9802ca8333ed424a";
/** Written at logout, without an id. The session is removed once its last process, such as a tmux server, has ended. */
const LOGGED_OUT = " logged out. Waiting for processes to exit.";

export type SessionEvent =
  | {
      kind: "started";
      id: string;
      /** The pid of the process that opened the session: of sshd, login or `systemd --user`. */
      leaderPid: number;
      /** Undefined before systemd 258. */
      class: string | undefined;
    }
  /** A session may have up to two of these. */
  | { kind: "ended"; id: string };

/** Undefined for an entry that is not about a session. */
export function parseLogindMessage(
  message: string,
  fields: LogindFields,
): SessionEvent | undefined {
  const { messageId, sessionId: id, leader } = fields;
  if (id === undefined || !/^[a-zA-Z0-9]{1,64}$/.test(id)) return undefined;
  if (messageId === STARTED) {
    if (leader === undefined || !/^\d{1,10}$/.test(leader)) return undefined;
    return { kind: "started", id, leaderPid: Number(leader), class: fields.class };
  }
  const isEnd = messageId === REMOVED || message.endsWith(LOGGED_OUT);
  return isEnd ? { kind: "ended", id } : undefined;
}
