/**
 * Forty logins of six users by every method, a third of them shorter than a scrape interval, over a restart, a
 * kill -9 and a reboot. What was done is written down here, as it is done; the exporter has to say the same.
 */
import { compareEnded } from "../ended_sessions.ts";
import { compareSlices } from "../slices.ts";
import { type Login, LoginBook, type Method, type Use } from "../clients/login_book.ts";
import { eventually } from "../../helpers/run.ts";
import { type Scene, controlLogin, observe, observeUntil } from "../scene.ts";
import { mainPid, restartService, untilReady } from "../service.ts";

const USERS = ["ann", "ben", "cat", "dan", "eve", "fay"];
const METHODS: readonly Method[] = ["password", "publickey", "keyboard-interactive"];
const USES: readonly (Use | undefined)[] = ["sudo", undefined, "su", "su refused", "sudo refused"];
/** By turns; Prometheus asks every 5 s. */
const SECONDS = [0, 12, 25];
const LOGINS = 40;
/** sshd on an emulated CPU does not answer ten at once. */
const APART_MS = 3_000;

/** Every user comes by every method, for every time. */
function plan(): Login[] {
  return Array.from({ length: LOGINS }, (_, i) => ({
    user: USERS[i % USERS.length]!,
    method: METHODS[Math.floor(i / USERS.length) % METHODS.length]!,
    seconds: SECONDS[(i + Math.floor(i / 3)) % SECONDS.length]!,
    use: USES[i % USES.length],
  }));
}

export const fortyLogins = {
  name: "forty logins",
  async run(scene: Scene): Promise<void> {
    const { check, host } = scene;
    const { control } = host;
    const book = await LoginBook.open(scene, USERS);
    const since = Number(await control.sh("date +%s.%N"));
    const before = await observe(scene);
    const logins = plan();
    const batch = () =>
      Promise.all(
        logins.splice(0, 10).map(async (login, i) => {
          await Bun.sleep(i * APART_MS);
          await book.logIn(login);
        }),
      );

    const first = batch();
    await Bun.sleep(6_000);
    await control.sh(`${restartService()}`);
    await untilReady(scene);
    await first;

    const second = batch();
    await Bun.sleep(6_000);
    const pid = await mainPid(scene);
    await control.sh(`kill -9 ${pid}`);
    await Promise.all([second, untilAnother(scene, pid)]);
    await untilReady(scene);

    const third = batch();
    await Bun.sleep(20_000);
    await compareSlices(scene, USERS);
    await third;
    // The counts of the last ones are in the journal and nowhere else when the host goes down.
    scene.truth.afterReboot();
    const fromSeconds = Date.now() / 1000;
    await host.reboot();
    scene.truth.login("root", "publickey");
    scene.truth.add(controlLogin(fromSeconds));
    await untilReady(scene);
    await batch();
    check.equal("logins that were planned and not done", 0, logins.length);

    const seen = await observeUntil(scene, ({ metrics }) => book.isShownBy(metrics), 60_000);
    check.equal("counters by user", book.series(), book.seriesOf(seen.metrics));
    await compareEnded(scene, { before, since, users: book.loginsByUser() });
    await book.close();
  },
};

async function untilAnother(scene: Scene, pid: number): Promise<void> {
  const ask = async () => {
    const now = await mainPid(scene);
    return (now !== 0 && now !== pid) || undefined;
  };
  await eventually("the exporter to be started again", ask, 60_000);
}
