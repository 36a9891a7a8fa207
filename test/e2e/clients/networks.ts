/**
 * Networks of a host's own in which clients live, so that each client has an address to be told by: the one in
 * the first network is 10.1.0.2 and reaches the host as 10.1.0.1, the one in the second 10.2.0.2 and 10.2.0.1.
 */
import { eventually } from "../../helpers/run.ts";
import type { Scene } from "../scene.ts";

export type Network = 1 | 2;

/** Where the host sees a client come from. */
export const clientAddress = (network: Network): string => `10.${network}.0.2`;
/** Where a client finds the host. */
export const hostAddress = (network: Network): string => `10.${network}.0.1`;

const FOLDER = "/e2e/client";
/** Words for OpenSSH's clients there: their key opens every account. */
export const SSH = `ssh -F ${FOLDER}/ssh_config`;

/** An emulated CPU on a busy machine takes a minute for a login of mosh. */
const ANSWER_MS = 180_000;

export async function makeNetworks({ host }: Scene): Promise<void> {
  await host.control.sh(`set -e
    for n in 1 2; do
      ip netns add client$n
      ip link add veth$n type veth peer name eth0 netns client$n
      ip addr add 10.$n.0.1/24 dev veth$n
      ip link set veth$n up
      ip -n client$n addr add 10.$n.0.2/24 dev eth0
      ip -n client$n link set eth0 up
      ip -n client$n link set lo up
    done
    mkdir -p ${FOLDER}
    ssh-keygen -q -t ed25519 -N '' -C client -f ${FOLDER}/id_ed25519
    for home in /root /home/*; do cat ${FOLDER}/id_ed25519.pub >> $home/.ssh/authorized_keys; done
    cat > ${FOLDER}/ssh_config <<'END'
Host *
  IdentityFile ${FOLDER}/id_ed25519
  IdentitiesOnly yes
  StrictHostKeyChecking no
  UserKnownHostsFile /dev/null
  LogLevel ERROR
END`);
}

/** A client that runs as a service of the host's, in one of these networks: it is no session of the host's. */
export class Client {
  private constructor(
    private readonly scene: Scene,
    private readonly unit: string,
  ) {}

  /** Starts a shell command whose standard input is what is typed later. */
  static async start(
    scene: Scene,
    network: Network,
    unit: string,
    command: string,
  ): Promise<Client> {
    const log = `${FOLDER}/${unit}.log`;
    const output = ["StandardOutput", "StandardError"].map((name) => `-p ${name}=truncate:${log}`);
    const environment = ["HOME=/root", "TERM=xterm", "LC_ALL=C.UTF-8"].map((it) => `-E ${it}`);
    await scene.host.control.sh(`set -e
      cat > ${FOLDER}/${unit}.sh <<'END'
exec 3<>${FOLDER}/${unit}.in
${command} <&3
END
      : > ${log}; rm -f ${FOLDER}/${unit}.in; mkfifo ${FOLDER}/${unit}.in
      systemd-run --quiet --collect --unit=e2e_${unit} ${environment.join(" ")} ${output.join(" ")} \\
        -p NetworkNamespacePath=/run/netns/client${network} /bin/bash ${FOLDER}/${unit}.sh`);
    return new Client(scene, unit);
  }

  async type(line: string): Promise<void> {
    await this.scene.host.control.sh(`cat > ${FOLDER}/${this.unit}.in <<'END'\n${line}\nEND`);
  }

  /** Waits until it has printed what the pattern says, and gives the first group, or all of it. */
  async says(pattern: RegExp): Promise<string> {
    let printed = "";
    try {
      return await eventually(
        `${pattern}`,
        async () => {
          printed = await this.scene.host.control.sh(`cat ${FOLDER}/${this.unit}.log`);
          const match = pattern.exec(printed);
          return match ? (match[1] ?? match[0]) : undefined;
        },
        ANSWER_MS,
      );
    } catch (error) {
      const why = `${(error as Error).message}, but it says: ${printed.slice(-500)}`;
      throw new Error(why, { cause: error });
    }
  }

  /** Sends a signal to all of its processes. */
  async signal(name: "STOP" | "CONT" | "KILL"): Promise<void> {
    await this.scene.host.control.sh(`systemctl kill --kill-whom=all -s ${name} e2e_${this.unit}`);
  }

  async stop(): Promise<void> {
    await this.scene.host.control.attempt(`systemctl stop e2e_${this.unit}`);
  }
}
