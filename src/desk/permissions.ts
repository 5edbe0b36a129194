import type { Actor, Deed, Permissions } from "../bridge/desk-ports.ts";
import type { People } from "../bridge/ports.ts";
import { NO_NAMES } from "../convert/to-parley/mentions.ts";
import type { Refusal } from "../errors.ts";
import { SLACKBOT } from "../ids.ts";
import { withinTime } from "../within-time.ts";
import type { KnownMembers } from "./known-members.ts";
import type { KnownPerson, PersonOf } from "./known-persons.ts";
import {
  type Belonging,
  belongingOf,
  isGroupId,
  isMemberId,
  type Role,
  sourcesOf,
  type TeamRoles,
} from "./roles.ts";

export interface PermissionOptions {
  teams: readonly TeamRoles[];
  /** Who somebody is, as far as is known; see `createKnownPersons`. */
  personOf: PersonOf;
  members: KnownMembers;
  people: Pick<People, "namesOf">;
  /** Restricted guests may answer too. */
  guestsMayAnswer: boolean;
  monotonic: () => number;
}

/** Somebody, with what is known of who they are. */
interface Somebody {
  readonly agent: string;
  readonly isKnown: boolean;
}

/** Names that take longer are left out of a refusal. */
const NAMES_WITHIN_MS = 500;
/** More names help nobody. */
const MAX_NAMES = 6;

/**
 * Members of our workspace may act, and colleagues of the same Enterprise organisation, where they belong to the team. While
 * Slack cannot be asked, the workspace that the request names decides who is ours, and what Slack said last decides who belongs
 * to a team: of somebody of whom it has never said who they are nobody can tell. Before a refusal Slack is asked once more.
 */
export function createPermissions(options: PermissionOptions): Permissions {
  const { teams, personOf, members, people, guestsMayAnswer, monotonic } = options;

  /** What is left of a time. */
  function countDown(withinMs: number | undefined): () => number | undefined {
    if (withinMs === undefined) return () => undefined;
    const end = monotonic() + withinMs;
    return () => Math.max(0, end - monotonic());
  }

  const refusalOfPerson = (
    { agent, foreignTeam }: Actor,
    { standing, isLate }: KnownPerson,
  ): Refusal | undefined => {
    if (agent === SLACKBOT) return { kind: "no-person" };
    const isElsewhere = foreignTeam !== undefined && !standing?.isColleague;
    if (isElsewhere) return { kind: "other-company" };
    if (!standing || standing.is === "member") return undefined;
    if (standing.is === "guest" && guestsMayAnswer) return undefined;
    // Guests become members, and accounts are activated again: nobody is refused for good by what Slack said once.
    const mayHaveRisen = standing.is === "guest" || standing.is === "deactivated";
    return { kind: isLate && mayHaveRisen ? "not-known" : standing.is };
  };

  /** To which of these teams somebody belongs. */
  async function belongingIn(
    asked: readonly TeamRoles[],
    role: Role,
    { agent, isKnown }: Somebody,
    membersOf: (id: string) => Promise<ReadonlySet<string> | undefined>,
  ): Promise<readonly Belonging[]> {
    const sources = asked.map((team) => sourcesOf(team, role));
    const groups = new Set(
      sources.flatMap((ids) => (ids === "everybody" ? [] : ids.filter((id) => !isMemberId(id)))),
    );
    const found = await Promise.all(
      [...groups].map(async (id) => [id, await membersOf(id)] as const),
    );
    const known = new Map(found);
    return sources.map((ids) => {
      const belonging = belongingOf(agent, ids, (id) => known.get(id));
      // Guests and deactivated accounts can be in groups, in channels and in the file.
      const isUnsure = belonging === "in" && ids !== "everybody" && !isKnown;
      return isUnsure ? "unknown" : belonging;
    });
  }

  /**
   * What Slack says, or what it said last where that takes longer than `withinMs`: whoever was not in then may have come in since,
   * and before a refusal Slack is asked.
   */
  async function lookUp(
    withinMs: number | undefined,
    ask: (membersOf: KnownMembers["of"]) => Promise<readonly Belonging[]>,
    isEnough: (found: readonly Belonging[]) => boolean,
  ): Promise<readonly Belonging[]> {
    const asking = (async () => {
      const found = await ask((id) => members.of(id));
      return isEnough(found) ? found : await ask((id) => members.of(id, "again"));
    })();
    if (withinMs === undefined) return await asking;
    const inTime = await withinTime(asking, withinMs, undefined);
    if (inTime) return inTime;
    const last = await ask((id) => members.lastOf(id));
    return last.map((each) => (each === "in" ? "in" : "unknown"));
  }

  const isInAny = (found: readonly Belonging[]): boolean => found.includes("in");

  async function refusalOfRole(
    somebody: Somebody,
    { as, team }: Deed,
    withinMs: number | undefined,
  ): Promise<Refusal | undefined> {
    const asked = team ? teams.filter(({ name }) => name === team.name) : teams;
    const found = await lookUp(
      withinMs,
      (membersOf) => belongingIn(asked, as, somebody, membersOf),
      isInAny,
    );
    if (isInAny(found)) return undefined;
    if (found.includes("unknown")) return { kind: "not-known" };
    const nobodyIs = found.every((each) => each === "nobody");
    return {
      kind: as === "agent" ? "not-agent" : "not-lead",
      ...(team && { team: team.name }),
      ask: nobodyIs ? [] : await namesToAsk(asked),
      ...(nobodyIs && { nobodyIs }),
    };
  }

  /** Leads know best who should be in a team. */
  async function namesToAsk(asked: readonly TeamRoles[]): Promise<readonly string[]> {
    const ids = [...new Set(asked.flatMap(helpersOf))].slice(0, MAX_NAMES);
    const channels = ids.filter((id) => !isMemberId(id) && !isGroupId(id));
    const wanted = {
      users: ids.filter(isMemberId),
      usergroups: ids.filter(isGroupId),
      channels,
    };
    const { users, usergroups, ...names } = await withinTime(
      people.namesOf(wanted),
      NAMES_WITHIN_MS,
      NO_NAMES,
    );
    return ids.flatMap((id) => {
      const name = users.get(id) ?? usergroups.get(id) ?? names.channels.get(id);
      return name === undefined ? [] : [`${channels.includes(id) ? "#" : "@"}${name}`];
    });
  }

  return {
    async refusalOf(actor, deed, withinMs) {
      const left = countDown(withinMs);
      let person = await personOf(actor.agent, left());
      if (refusalOfPerson(actor, person)) person = await personOf(actor.agent, left(), "again");
      const refusal = refusalOfPerson(actor, person);
      if (refusal || !deed) return refusal;
      const somebody = { agent: actor.agent, isKnown: person.standing !== undefined };
      return await refusalOfRole(somebody, deed, left());
    },
    async teamsOf(agent, withinMs) {
      const left = countDown(withinMs);
      const isKnown = (await personOf(agent, left())).standing !== undefined;
      const found = await lookUp(
        left(),
        (membersOf) => belongingIn(teams, "agent", { agent, isKnown }, membersOf),
        isInAny,
      );
      return teams.filter((_, index): boolean => found[index] === "in");
    },
  };
}

function helpersOf({ leads, agents, channel }: TeamRoles): readonly string[] {
  if (leads?.length) return leads;
  return typeof agents === "string" ? [channel] : agents;
}
