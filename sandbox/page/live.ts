import type { ServerResponse } from "node:http";
import type { Tables } from "./wire.ts";

export interface Live {
  /** Something may look different; pages hear of it soon. */
  changed(): void;
  /** Makes a response a stream of server-sent events: everything first, then what changes. */
  connect(response: ServerResponse): void;
  close(): void;
}

/** Bundles what happens within a blink. */
const FLUSH_AFTER_MS = 25;
/** A comment now and then, so that no proxy or browser takes the stream for dead. */
const HEARTBEAT_MS = 15_000;

type Rows = Map<string, string>;

/** Tells pages what changed between two looks at `read`. */
export function createLive(read: () => Tables): Live {
  const pages = new Set<ServerResponse>();
  let shown = new Map<string, Rows>();
  let timer: NodeJS.Timeout | undefined;
  const heartbeat = setInterval(() => {
    for (const page of pages) page.write(": still here\n\n");
  }, HEARTBEAT_MS);

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const next = toRows(read());
    const patch = difference(shown, next);
    shown = next;
    if (patch !== "{}") for (const page of pages) send(page, patch, false);
  };

  return {
    changed() {
      timer ??= setTimeout(flush, FLUSH_AFTER_MS);
    },
    connect(response) {
      flush();
      response.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        connection: "keep-alive",
      });
      send(response, difference(new Map(), shown), true);
      pages.add(response);
      response.on("close", () => pages.delete(response));
    },
    close() {
      clearTimeout(timer);
      clearInterval(heartbeat);
      for (const page of pages) page.end();
    },
  };
}

function send(page: ServerResponse, tables: string, isFresh: boolean): void {
  page.write(`data: {"isFresh":${isFresh},"tables":${tables}}\n\n`);
}

function toRows(tables: Tables): Map<string, Rows> {
  const rows = new Map<string, Rows>();
  for (const [name, table] of Object.entries(tables)) {
    const texts = Object.entries(table).map(([id, row]) => [id, JSON.stringify(row)] as const);
    rows.set(name, new Map(texts));
  }
  return rows;
}

/** The `tables` of a Patch as JSON. */
function difference(before: Map<string, Rows>, after: Map<string, Rows>): string {
  const tables: string[] = [];
  for (const [name, rows] of after) {
    const known = before.get(name) ?? new Map<string, string>();
    const parts: string[] = [];
    for (const [id, text] of rows) {
      if (known.get(id) !== text) parts.push(`${JSON.stringify(id)}:${text}`);
    }
    for (const id of known.keys()) if (!rows.has(id)) parts.push(`${JSON.stringify(id)}:null`);
    if (parts.length > 0) tables.push(`${JSON.stringify(name)}:{${parts.join(",")}}`);
  }
  return `{${tables.join(",")}}`;
}
