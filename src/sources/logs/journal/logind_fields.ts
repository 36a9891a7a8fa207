/** The fields of systemd-logind's entries besides the text: the session and the time. */
import type { LogindFields } from "../record.ts";
import type { EntryReader } from "./entry.ts";
import { FIELD } from "./trust.ts";

/** @param entry an entry whose fields were read, in the order of FIELDS */
export function logindFieldsOf({
  values,
  bootId,
  monotonicUs,
}: Pick<EntryReader, "values" | "bootId" | "monotonicUs">): LogindFields {
  return {
    messageId: values[FIELD.messageId],
    sessionId: values[FIELD.sessionId],
    leader: values[FIELD.leader],
    class: values[FIELD.class],
    bootId,
    monotonicUs,
  };
}
