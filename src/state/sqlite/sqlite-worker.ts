import { type MessagePort, parentPort, receiveMessageOnPort } from "node:worker_threads";
import { type OpenFile, openFile } from "./sqlite-file.ts";
import type { Operation } from "./sqlite-operation.ts";
import type { ThreadAnswer, ThreadRequest } from "./sqlite-thread.ts";
import { codeOf } from "./storage-trouble.ts";

/** What the thread for SQLite does. All that has arrived for a file by the time it looks is done in one transaction. */
function serve(port: MessagePort): void {
  const files = new Map<number, OpenFile>();
  const waiting = new Map<number, Operation[]>();
  const answer = (given: ThreadAnswer) => port.postMessage(given);

  function runWaiting(database: number): void {
    const operations = waiting.get(database);
    const file = files.get(database);
    if (!operations || !file) return;
    waiting.delete(database);
    answer({ database, answers: file.run(operations) });
    if (operations.some(({ kind }) => kind === "write")) file.afterWrite();
  }

  function open(database: number, path: string, mayUpgrade: boolean): void {
    try {
      const file = openFile(path, mayUpgrade);
      files.set(database, file);
      answer({ database, version: file.version });
    } catch (error) {
      answer({ database, code: codeOf(error), message: String(error) });
    }
  }

  function take(request: ThreadRequest): void {
    const { database } = request;
    if ("operations" in request) {
      const queue = waiting.get(database) ?? [];
      for (const operation of request.operations) queue.push(operation);
      waiting.set(database, queue);
    } else if ("open" in request) {
      open(database, request.open.path, request.open.mayUpgrade);
    } else {
      runWaiting(database);
      files.get(database)?.close();
      files.delete(database);
      answer({ database, closed: true });
    }
  }

  port.on("message", (first: ThreadRequest) => {
    take(first);
    for (let next = receive(port); next; next = receive(port)) take(next);
    for (const database of waiting.keys()) runWaiting(database);
  });
}

const receive = (port: MessagePort): ThreadRequest | undefined =>
  (receiveMessageOnPort(port) as { message: ThreadRequest } | undefined)?.message;

if (parentPort) serve(parentPort);
