import { readFile } from "node:fs/promises";
import type { TeamConfig } from "../config/team-config.ts";
import { shorten } from "../convert/text/slack-text.ts";
import { describeRule } from "../desk/describe-rule.ts";
import { factsOf, type Handover, route } from "../desk/route.ts";

export const ROUTE_USAGE = `Usage: npm run doctor -- route <file.json>
  Tells which team gets a handover, and why; - reads it from standard input. It may be what a bot posts to
  /parley/handovers, a callback of Parley, or the metadata alone. Nothing is sent, and nobody is asked.
  --json  says it as one JSON object`;

/** As the routes of the bridge take it. */
const MAX_BYTES = 1024 * 1024;

const EXIT_USAGE = 64;
const EXIT_DATA = 65;
const EXIT_NO_INPUT = 66;

export interface RouteOptions {
  /** Is asked once it is known what to route. */
  readonly teams: () => readonly [TeamConfig, ...TeamConfig[]];
  /** A text: what is wrong, as the end of a sentence. */
  readonly read: (source: Buffer) => (Handover & { readonly is: string }) | string;
  readonly stdin: () => AsyncIterable<Uint8Array | string>;
  readonly print: (line: string) => void;
}

/** Tells which team gets a handover, and why. Returns the exit code. */
export async function runRoute(
  args: readonly string[],
  { teams: readTeams, read, stdin, print }: RouteOptions,
): Promise<number> {
  const [file, ...others] = args.filter((arg) => arg !== "--json");
  if (file === undefined || others.length > 0) {
    print(ROUTE_USAGE);
    return EXIT_USAGE;
  }
  const source = file === "-" ? await readAll(stdin()) : await readIfThere(file);
  if (source === undefined) {
    print(`There is no file ${file} that can be read.`);
    return EXIT_NO_INPUT;
  }
  const name = file === "-" ? "What standard input says" : file;
  const handover = source.length > MAX_BYTES ? "is larger than 1 MiB" : read(source);
  if (typeof handover === "string") {
    print(`${name} ${handover}.`);
    return EXIT_DATA;
  }
  const teams = readTeams();
  const { team, rule } = route(teams, handover);
  const { reason, language } = factsOf(handover);
  if (args.includes("--json")) {
    const { name: teamName, channel } = team;
    const number = rule === undefined ? null : rule + 1;
    print(
      JSON.stringify({
        team: teamName,
        channel: channel || null,
        rule: number,
        readAs: handover.is,
        reason,
        language,
      }),
    );
    return 0;
  }
  const place = team.channel || "in SLACK_CHANNEL, which is not set here";
  print(`${team.name} (${place}) gets it, because ${describeCause(teams, team, rule)}.`);
  print(
    `It was read as ${handover.is}: ${reason === undefined ? "no reason" : `reason ${JSON.stringify(shorten(reason, 80))}`}, ${language === undefined ? "no language" : `language ${JSON.stringify(shorten(language, 40))}`}.`,
  );
  return 0;
}

function describeCause(
  teams: readonly TeamConfig[],
  { when }: TeamConfig,
  index: number | undefined,
): string {
  const rule = when?.[index ?? 0];
  if (index !== undefined && rule)
    return `rule ${index + 1} of its ${when.length} fits: ${describeRule(rule)}`;
  return teams.length === 1 ? "it is the only team" : "no rule of another team fits";
}

async function readAll(stream: AsyncIterable<Uint8Array | string>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    const part = Buffer.from(chunk);
    chunks.push(part);
    bytes += part.length;
    if (bytes > MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch {
    return undefined;
  }
}
