/** pam_faillock: after two wrong passwords the right one is refused as well. */
import { passwordOnly } from "../../machine/ssh.ts";
import { refused } from "../../clients/refused_logins.ts";
import { terminal } from "../../clients/ssh_clients.ts";
import { compareSessions } from "../../compare.ts";
import type { Scene } from "../../scene.ts";
import { tryOut } from "./escalations.ts";

const WRONG = "not the password";

export const faillock = {
  name: "pam_faillock",
  async run(scene: Scene): Promise<void> {
    const { check, host, truth } = scene;
    const { control } = host;
    const { password } = host.users.bob;
    await control.sh(`cp /etc/pam.d/common-auth /e2e/common-auth
      cat > /etc/pam.d/common-auth <<'END'
auth required pam_faillock.so preauth deny=2
auth sufficient pam_unix.so nullok
auth [default=die] pam_faillock.so authfail deny=2
auth required pam_deny.so
END
      cp /etc/pam.d/common-account /e2e/common-account
      sed -i '1i account required pam_faillock.so' /etc/pam.d/common-account`);
    const session = truth.add(await terminal(scene, "carol"));
    await refused(scene, "bob", 2);
    await refused(scene, "bob", 1, password);
    truth.count('failed_logins_total{reason="bad_credentials"}', 3);
    check.match("faillock", "locked", /^\d{4}-/m, await control.sh("faillock --user bob"));
    await tryOut(scene, session, "carol", ["failure", "su bob -c true", [password]]);
    await tryOut(scene, session, "carol", ["failure", "sudo -kS true", [WRONG, WRONG, WRONG]]);
    await tryOut(scene, session, "carol", ["failure", "sudo -kS true", [password]]);
    await compareSessions(scene);
    await control.sh(`faillock --user bob --reset; faillock --user carol --reset`);
    const again = truth.add(await terminal(scene, "bob", { password, words: passwordOnly() }));
    await compareSessions(scene);
    await truth.close(again);
    await truth.close(session);
    await control.sh("cd /e2e && mv common-auth common-account /etc/pam.d/");
  },
};
