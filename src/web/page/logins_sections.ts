/** The sections of failed logins, of sudo and su, and of last logins. */
import { type Column, age, bar, row, table } from "./elements.ts";
import { Html, html } from "./html.ts";
import type { RecentFailures } from "../../model/auth/auth_counts.ts";
import { FAILURE_REASONS, type FailureReason } from "../../model/auth/outcome.ts";
import type { Summary } from "./summary.ts";

/** The reasons in words for people. */
const REASONS: Readonly<Record<FailureReason, string>> = {
  invalid_user: "unknown or refused account",
  bad_credentials: "wrong password",
  no_credentials: "no accepted key",
};

const REASON_COLUMNS: readonly Column[] = [{ heading: "Reason" }, { heading: "Failed logins" }];
const ORIGIN_COLUMNS: readonly Column[] = [
  { heading: "From" },
  { heading: "Failed logins", look: "number" },
];
const ESCALATION_COLUMNS: readonly Column[] = [
  { heading: "User" },
  { heading: "By", look: "short" },
  { heading: "Allowed", look: "number" },
  { heading: "Refused", look: "number" },
];
const LAST_LOGIN_COLUMNS: readonly Column[] = [
  { heading: "User" },
  { heading: "Last login", look: "number" },
];

export function failuresSection(failures: RecentFailures | undefined): Html | undefined {
  if (failures === undefined) return undefined;
  const reasons = FAILURE_REASONS.map(
    (reason) => [reason, failures.byReason[reason]] as const,
  ).filter(([, count]) => count > 0);
  if (reasons.length === 0 && failures.origins.length === 0) {
    return html`<p class="dim">None.</p>`;
  }
  const most = Math.max(1, ...reasons.map(([, count]) => count));
  const reasonRows = reasons.map(([reason, count]) => {
    const name = REASONS[reason];
    return row(REASON_COLUMNS, [name, bar(name, count / most, String(count))]);
  });
  const originRows = failures.origins.map(({ address, failures: count }) =>
    row(ORIGIN_COLUMNS, [address, count]),
  );
  return html`<div class="columns">
    ${table("Failed logins by reason", REASON_COLUMNS, reasonRows)}
    ${table("Failed logins by address", ORIGIN_COLUMNS, originRows)}
  </div>`;
}

export function escalationsSection({ escalations }: Summary): Html | undefined {
  if (escalations.length === 0) return undefined;
  const rows = escalations.map(({ user, method, succeeded, failed }) =>
    row(ESCALATION_COLUMNS, [user, method, succeeded, failed]),
  );
  return table("Who used sudo and su", ESCALATION_COLUMNS, rows);
}

export function lastLoginsSection(
  { lastLogins, realNames }: Summary,
  nowSeconds: number,
): Html | undefined {
  if (lastLogins.length === 0) return undefined;
  const rows = lastLogins.map(({ user, seconds }) =>
    row(LAST_LOGIN_COLUMNS, [
      html`${user} <small>${realNames.get(user)}</small>`,
      age(seconds, nowSeconds),
    ]),
  );
  return table("Last logins", LAST_LOGIN_COLUMNS, rows);
}
