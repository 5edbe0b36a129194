import { useSyncExternalStore } from "react";
import type { Patch, SandboxRow, Tables } from "../wire.ts";

/** The server's tables as this page knows them; a table that did not change stays the same object. */
let tables: Tables = {
  sandbox: {},
  people: {},
  customers: {},
  messages: {},
  ephemerals: {},
  modals: {},
  homes: {},
  statuses: {},
  exchanges: {},
};
let isConnected = false;
const listeners = new Set<() => void>();

/** Follows the server for as long as the page is open; the browser reconnects by itself. */
export function connect(): void {
  const source = new EventSource("/live");
  source.onmessage = ({ data }: MessageEvent<string>) => {
    tables = applyPatch(tables, JSON.parse(data) as Patch);
    isConnected = true;
    notify();
  };
  source.onerror = () => {
    isConnected = false;
    notify();
  };
}

export function useTable<Name extends keyof Tables>(name: Name): Tables[Name] {
  return useSyncExternalStore(subscribe, () => tables[name]);
}

/** Undefined until the server has spoken. */
export function useSandbox(): SandboxRow | undefined {
  return useTable("sandbox").main;
}

export function useIsConnected(): boolean {
  return useSyncExternalStore(subscribe, () => isConnected);
}

function applyPatch(before: Tables, { isFresh, tables: changes }: Patch): Tables {
  const after: Record<string, Record<string, unknown>> = {};
  for (const [name, table] of Object.entries(before)) {
    const change = changes[name as keyof Tables] ?? {};
    const rows: Record<string, unknown> = isFresh ? {} : table;
    const isSame = !isFresh && Object.keys(change).length === 0;
    after[name] = isSame ? rows : withChanges(rows, change);
  }
  return after as unknown as Tables;
}

function withChanges(
  rows: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const next = { ...rows, ...change };
  return Object.fromEntries(Object.entries(next).filter(([, row]) => row !== null));
}

function notify(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
