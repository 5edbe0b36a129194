import { type Client, createClient, pause } from "./load.ts";
import { startPostgres } from "./postgres.ts";
import type { BenchRequest } from "./requests.ts";
import { type Running, startProgram } from "./running.ts";
import type { Upstreams } from "./upstreams.ts";

export type Fault = "killed" | "frozen";

/** Equal replicas on one Postgres, behind a load balancer that notices at once when one of them is gone. */
export interface ReplicaGroup {
  /** As which the upstreams know each. */
  readonly names: readonly string[];
  /**
   * Sends to one replica after the other, and again to the next one when it did not answer with 200. Resolves with the time (ms)
   * until one did.
   */
  send(request: BenchRequest): Promise<number>;
  /** Resolves at once; what that replica had not answered yet goes to another. */
  harm(name: string, fault: Fault): void;
  /** Starts it again, or thaws it. */
  recover(name: string): Promise<void>;
  stop(): Promise<void>;
}

interface Member {
  readonly name: string;
  process: Running;
  client: Client;
  /** Aborted while it is harmed. */
  up: AbortController;
  /** It is gone. */
  killed: Promise<void> | undefined;
}

const SENT_WITHIN_MS = 60_000;

export async function startReplicaGroup(
  replicas: number,
  upstreams: Upstreams,
  folder: string,
): Promise<ReplicaGroup> {
  const postgres = await startPostgres();
  const start = (name: string) =>
    startProgram({ program: "bridge", name, upstreams, folder, stateUrl: postgres.url });

  async function join(name: string): Promise<Member> {
    const process = await start(name);
    const up = new AbortController();
    return { name, process, client: createClient([process.url]), up, killed: undefined };
  }

  const names = Array.from({ length: replicas }, (_, index) => `replica-${index}`);
  const members = await Promise.all(names.map(join));
  const memberOf = (name: string): Member => {
    const member = members.find((each) => each.name === name);
    if (!member) throw new Error(`there is no ${name}`);
    return member;
  };
  let turn = 0;

  return {
    names,
    async send(request) {
      const startedAt = performance.now();
      for (;;) {
        const up = members.filter((each) => !each.up.signal.aborted);
        const member = up[turn++ % up.length];
        try {
          if (!member) throw new Error("no replica is there");
          await member.client.send(request, member.up.signal);
          return performance.now() - startedAt;
        } catch (error) {
          if (performance.now() - startedAt > SENT_WITHIN_MS) throw error;
          await pause(5);
        }
      }
    },
    harm(name, fault) {
      const member = memberOf(name);
      if (fault === "killed") member.killed = member.process.kill();
      else member.process.freeze();
      member.up.abort();
    },
    async recover(name) {
      const member = memberOf(name);
      member.client.close();
      if (member.killed) {
        await member.killed;
        member.killed = undefined;
        member.process = await start(name);
      } else {
        member.process.thaw();
      }
      member.client = createClient([member.process.url]);
      member.up = new AbortController();
    },
    async stop() {
      for (const { client } of members) client.close();
      await Promise.all(members.map(({ process }) => process.stop()));
      await postgres.stop();
    },
  };
}
