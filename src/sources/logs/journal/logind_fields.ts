/** What systemd-logind's entries have beside their text: which session they tell of, and when. */
import type { LogindFields } from "../record.ts";
import type { EntryReader } from "./entry.ts";
import { FIELD } from "./trust.ts";

/** @param entry one whose fields were read, in the order of FIELDS */
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
