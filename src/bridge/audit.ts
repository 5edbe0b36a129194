import { defined } from "../defined.ts";
import type { Log } from "../log.ts";
import { withinTime } from "../within-time.ts";
import type { Audit, AuditRecord } from "./audit-port.ts";
import type { People } from "./ports.ts";

/** A record with the name of whoever did it, as Slack told it then. */
export interface NamedAuditRecord extends AuditRecord {
  readonly byName?: string;
}

/** Where records are kept. */
export interface AuditStore {
  /**
   * Whether it is news; on disk when resolved. The same id is stored once, and only `begun` is followed by another result.
   *
   * @throws {StorageError}
   */
  add(record: NamedAuditRecord): Promise<boolean>;
}

/** How long Slack may take to tell a name; without it the id has to do. Others wait for what is recorded. */
const NAME_WITHIN_MS = 500;

/** Records deeds with the name that whoever did them has in Slack now. */
export function createAudit({
  records,
  people,
  log,
}: {
  records: AuditStore;
  people: Pick<People, "namesOf">;
  log: Log;
}): Audit {
  async function nameOf(agent: string): Promise<string | undefined> {
    const names = await people.namesOf({ users: [agent], channels: [], usergroups: [] });
    return names.users.get(agent);
  }

  return {
    async record(record) {
      const { id: item, what: deed, by: agent, userId, why: reason } = record;
      const byName = agent && (await withinTime(nameOf(agent), NAME_WITHIN_MS, undefined));
      if (!(await records.add({ ...record, ...defined({ byName }) }))) return;
      const { conversation, from, to, result } = record;
      log.info(
        { item, deed, agent, user_id: userId, conversation, from, to, result, reason },
        "audit.recorded",
      );
    },
  };
}
