/** Builds utmp records by the offsets of glibc's bits/utmp.h on x86-64. */
export interface UtmpFields {
  type?: number;
  pid?: number;
  line?: string;
  id?: string;
  user?: string;
  host?: string;
  session?: number;
  seconds?: number;
  micros?: number;
  /** The four 32-bit words of ut_addr_v6, in network order. */
  address?: readonly number[];
}

export const USER_PROCESS = 7;

export function utmpRecord(fields: UtmpFields): Buffer {
  const record = Buffer.alloc(384);
  record.writeInt16LE(fields.type ?? USER_PROCESS, 0);
  record.writeInt32LE(fields.pid ?? 1, 4);
  record.write(fields.line ?? "pts/0", 8, 32);
  record.write(fields.id ?? "", 40, 4);
  record.write(fields.user ?? "alice", 44, 32);
  record.write(fields.host ?? "", 76, 256);
  record.writeInt32LE(fields.session ?? 0, 336);
  record.writeUInt32LE(fields.seconds ?? 0, 340);
  record.writeUInt32LE(fields.micros ?? 0, 344);
  record.set(fields.address ?? [], 348);
  return record;
}
