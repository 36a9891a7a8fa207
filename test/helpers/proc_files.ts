/** Builds files of `/proc/PID` as man 5 proc_pid_stat and proc_pid_status describe them. */
export interface ProcessFields {
  pid: number;
  comm?: string;
  state?: string;
  parentPid?: number;
  ttyNumber?: number;
  utime?: number;
  stime?: number;
  cutime?: number;
  cstime?: number;
  threads?: number;
  startTicks?: number;
  rssPages?: number;
}

/** The line of `/proc/PID/stat`: 52 fields, those not given are recognisable fillers. */
export function statLine(fields: ProcessFields): string {
  const numbers = Array.from({ length: 49 }, (_, i) => 900_000 + i + 4); // Fields 4 to 52.
  const set = (field: number, value: number | undefined) => {
    numbers[field - 4] = value ?? 0;
  };
  set(4, fields.parentPid);
  set(7, fields.ttyNumber);
  set(8, -1);
  set(14, fields.utime);
  set(15, fields.stime);
  set(16, fields.cutime);
  set(17, fields.cstime);
  set(20, fields.threads ?? 1);
  set(22, fields.startTicks);
  set(24, fields.rssPages);
  const { pid, comm = "sh", state = "S" } = fields;
  return `${pid} (${comm}) ${state} ${numbers.join(" ")}\n`;
}

/** A process of a tree below which nothing is the kernel's: its effective uid is in `status`. */
export function processFiles(fields: ProcessFields & { uid: number }): Record<string, string> {
  const { pid, uid } = fields;
  const other = uid + 7; // The real, saved and file system uids must not be taken for it.
  return {
    [`/proc/${pid}/stat`]: statLine(fields),
    [`/proc/${pid}/status`]: `Name:\tsh\nUid:\t${other}\t${uid}\t${other}\t${other}\nNSpid:\t${pid}\n`,
    [`/proc/${pid}/cmdline`]: "sh\0",
  };
}

/** `/proc/stat` of a machine with two CPUs. */
export const MACHINE_STAT =
  "cpu  9 0 9 99\ncpu0 4 0 4 50\ncpu1 5 0 5 49\nbtime 1700000000\nprocesses 4\n";
