import { parseArgs } from "node:util";
import type { StateLocation } from "../config/state-location.ts";
import { defined } from "../defined.ts";
import { parseUserId } from "../ids.ts";
import type { AuditQuery } from "../state/audit-records.ts";
import { openAudit } from "../state/open-audit.ts";
import { AUDIT_FORMATS, type AuditFormat } from "./audit-formats.ts";
import { noStateAt } from "./no-state-at.ts";
import { parseMoment } from "./parse-moment.ts";

export const AUDIT_USAGE = `Usage: npm run audit -- [--since 30d] [--until 2026-11-30] [--user 42] [--by U0ANNA] [--format table|csv|json]
  who did what, the oldest first; works beside a running bridge
  --since, --until  so long ago (90s, 3m, 24h, 30d), or a day or an instant of UTC (2026-11-30, 2026-11-30T09:00:00Z);
                    without --since the last 30 days
  --user            only about this User, under every id that the User ever had
  --by              only what this Slack member did or tried
  --format          table for people (the default), csv for spreadsheets, json for programs`;

interface Wish {
  readonly query: AuditQuery;
  readonly format: AuditFormat;
}

/** Prints records of who did what; works beside running bridges, and changes nothing. Returns the exit code. */
export async function runAudit(
  args: readonly string[],
  location: () => StateLocation,
  print: (line: string) => void,
): Promise<number> {
  const wish = readArgs(args, Date.now());
  if (!wish) {
    print(AUDIT_USAGE);
    return 64;
  }
  const at = location();
  const open = await openAudit(at);
  if (!open) {
    print(noStateAt(at));
    return 66;
  }
  const { query, format } = wish;
  try {
    let count = 0;
    for (const line of format.before) print(line);
    for await (const page of open.audit.pages(query)) {
      for (const record of page) print(format.line(record, count++ === 0));
    }
    for (const line of format.after(count)) print(line);
  } finally {
    await open.close();
  }
  return 0;
}

/** `undefined`: they cannot be understood. */
function readArgs(args: readonly string[], now: number): Wish | undefined {
  const given = parse(args);
  if (!given) return undefined;
  const { since = "30d", until, user, by, format: name = "table" } = given;
  const from = parseMoment(since, now);
  const to = until === undefined ? Number.MAX_SAFE_INTEGER : parseMoment(until, now);
  const userId = parseUserId(user);
  const format = Object.hasOwn(AUDIT_FORMATS, name) ? AUDIT_FORMATS[name] : undefined;
  if (from === undefined || to === undefined || !format) return undefined;
  if (user !== undefined && userId === undefined) return undefined;
  return { query: { since: from, until: to, ...defined({ userId, by }) }, format };
}

function parse(args: readonly string[]) {
  const option = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        since: option,
        until: option,
        user: option,
        by: option,
        format: option,
      },
    }).values;
  } catch {
    return undefined;
  }
}
