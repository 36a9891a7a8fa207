/** A display manager: its greeter is nobody's session, the desktop behind it is. */
import { compareSessions } from "../../compare.ts";
import { eventually } from "../../../helpers/run.ts";
import type { Scene } from "../../scene.ts";

/** lightdm's words are for an X server with a screen; this one has none, and knows two of them. */
const X_SERVER = `#!/bin/sh
while [ $# -gt 0 ]; do
  [ "$1" = -auth ] && auth=$2
  shift
done
exec Xvfb :0 -screen 0 800x600x24 -nolisten tcp -auth "$auth"`;

export const greeter = {
  name: "lightdm",
  needsMachine: true as const,
  async run(scene: Scene): Promise<void> {
    const { host, truth } = scene;
    const { control } = host;
    const isThere = (what: string, script: string) =>
      eventually(
        what,
        async () => ((await control.attempt(`${script} || true`)) === "" ? undefined : true),
        60_000,
      );
    await control.sh(`set -e
      cat > /e2e/x_server <<'END'\n${X_SERVER}\nEND
      chmod 755 /e2e/x_server
      mkdir -p /etc/lightdm/lightdm.conf.d
      cat > /etc/lightdm/lightdm.conf.d/e2e.conf <<'END'
[LightDM]
logind-check-graphical=false
[Seat:*]
xserver-command=/e2e/x_server
greeter-session=lightdm-gtk-greeter
user-session=e2e
END
      printf '%s\n' '[Desktop Entry]' Type=Application Name=e2e Exec=xterm > /usr/share/xsessions/e2e.desktop
      systemctl start lightdm`);
    await isThere("the greeter", "loginctl list-sessions --no-legend | grep greeter");
    await compareSessions(scene);

    const fromSeconds = Date.now() / 1000;
    await control.sh(`echo autologin-user=alice >> /etc/lightdm/lightdm.conf.d/e2e.conf
      systemctl restart lightdm`);
    await isThere("the desktop", "pgrep -u alice -x xterm");
    // Debian's kernel for clouds has no virtual terminals, so the display stands for one. A terminal in it is no session.
    const desktop = truth.add({
      sessions: ["alice graphical :0 -"],
      logind: "alice -",
      between: [fromSeconds, Date.now() / 1000] as const,
      close: async () => {
        await control.sh("pkill -u alice -x xterm");
      },
    });
    await compareSessions(scene);
    await truth.close(desktop);
    await isThere("the greeter again", "loginctl list-sessions --no-legend | grep greeter");
    await compareSessions(scene);
    await control.sh("systemctl stop lightdm");
    await compareSessions(scene);
  },
};
