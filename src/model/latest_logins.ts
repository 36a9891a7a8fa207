/** The latest of many logins. */

/** Logins compared before yielding: some milliseconds without the JIT. */
export const LOGINS_A_TURN = 8192;

/**
 * The `most` latest logins, or all when there are fewer.
 *
 * @param logins the time of each user's last login, by any key that identifies the user
 * @param yieldTurn yields to other work
 */
export async function latestOf<Key>(
  logins: ReadonlyMap<Key, number> | undefined,
  most: number,
  yieldTurn: () => Promise<void> = () => Bun.sleep(0),
): Promise<Iterable<[Key, number]>> {
  if (logins === undefined) return [];
  if (logins.size <= most) return logins;
  const times = new Float64Array(logins.size);
  let read = 0;
  for (const seconds of logins.values()) {
    times[read++] = seconds;
    if (read % LOGINS_A_TURN === 0) await yieldTurn();
  }
  times.sort();
  const earliest = times[times.length - most]!;
  const latest: [Key, number][] = [];
  read = 0;
  for (const login of logins) {
    if (login[1] >= earliest && latest.length < most) latest.push(login);
    if (++read % LOGINS_A_TURN === 0) await yieldTurn();
  }
  return latest;
}
