/** Users whom no line of /etc/passwd names: erin of libnss-extrausers, frank of systemd's userdb. */
import { refused } from "../../clients/refused_logins.ts";
import { terminal } from "../../clients/ssh_clients.ts";
import { compareSessions } from "../../compare.ts";
import type { Observation } from "../../observation.ts";
import { type Scene, observeUntil } from "../../scene.ts";
import { compareUser } from "../usage.ts";

const FRANK = {
  userName: "frank",
  uid: 60_042,
  gid: 60_042,
  realName: "Frank Example",
  homeDirectory: "/home/frank",
  shell: "/bin/bash",
  disposition: "regular",
};

const NAMES = ["erin", "frank"];

export const directoryUsers = {
  name: "directory users",
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    await host.control.sh(`set -e
      sed -i -E 's/^(passwd|group|shadow):( *files)/\\1:\\2 extrausers/' /etc/nsswitch.conf
      mkdir -p /var/lib/extrausers /etc/userdb
      echo 'erin:x:20001:20001:Erin Example,,,:/home/erin:/bin/bash' > /var/lib/extrausers/passwd
      echo 'erin:x:20001:' > /var/lib/extrausers/group
      echo 'erin:*:20000:0:99999:7:::' > /var/lib/extrausers/shadow
      echo '${JSON.stringify(FRANK)}' > /etc/userdb/frank.user
      echo '{"groupName":"frank","gid":60042}' > /etc/userdb/frank.group
      cd /etc/userdb && ln -s frank.user 60042.user && ln -s frank.group 60042.group
      for name in erin frank; do
        getent passwd $name
        install -d -m 755 -o $name -g $name /home/$name
        install -d -m 700 -o $name -g $name /home/$name/.ssh
        install -m 600 -o $name -g $name /e2e/authorized_keys /home/$name/.ssh/authorized_keys
      done`);
    for (const name of NAMES) {
      truth.add(await terminal(scene, name));
      await refused(scene, name, 1);
      truth.count('failed_logins_total{reason="bad_credentials"}');
    }
    await compareSessions(scene);
    // The name service is asked between scrapes, for the account first and then for its group.
    const isWhole = ({ metrics }: Observation, username: string) =>
      metrics
        .series("user_sessions_user_info", { username })
        .some(({ labels }) => labels["primary_group"] !== "");
    const seen = await observeUntil(
      scene,
      (now) => NAMES.every((name) => isWhole(now, name)),
      120_000,
    );
    await compareUser(scene, seen, NAMES);
    await compareWithUserdb(scene, seen);
  },
};

/** frank, by systemd's own tool. */
async function compareWithUserdb({ check, host }: Scene, { metrics }: Observation): Promise<void> {
  const ask = async (what: string): Promise<typeof FRANK & { groupName: string }> =>
    JSON.parse(await host.control.sh(`userdbctl ${what} frank --output=json`));
  const user = await ask("user");
  const { groupName } = await ask("group");
  const [labels] = metrics
    .series("user_sessions_user_info", { username: user.userName })
    .map((one) => one.labels);
  check.equal(
    "user_info of frank, by userdbctl",
    [user.realName, String(user.uid), groupName],
    ["real_name", "uid", "primary_group"].map((name) => labels?.[name]),
  );
}
