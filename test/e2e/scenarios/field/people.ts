/** People of the field who are not on every host. */
import type { Scene } from "../../scene.ts";

/** carol may use sudo with her password; dave too, but his account has expired; both have bob's password. */
export async function makePeople({ host }: Scene): Promise<void> {
  const { password } = host.users.bob;
  await host.control.sh(`set -e
    for name in carol dave; do
      useradd --create-home --shell /bin/bash --comment "$(echo $name | sed 's/./\\U&/') Example" $name
      echo "$name:${password}" | chpasswd
      install -d -m 700 -o $name -g $name /home/$name/.ssh
      install -m 600 -o $name -g $name /e2e/authorized_keys /home/$name/.ssh/authorized_keys
      echo "$name ALL=(ALL) ALL" >> /etc/sudoers.d/e2e
    done
    chage -E 0 dave`);
}
