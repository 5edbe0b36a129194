import { describe, expect, it } from "vitest";
import type { Permissions } from "../../src/bridge/desk-ports.ts";
import type { Standing } from "../../src/bridge/stored/last-known-schemas.ts";
import type { SlackNames } from "../../src/convert/to-parley/mentions.ts";
import { NO_NAMES } from "../../src/convert/to-parley/mentions.ts";
import type { KnownMembers } from "../../src/desk/known-members.ts";
import { createPermissions } from "../../src/desk/permissions.ts";
import type { TeamRoles } from "../../src/desk/roles.ts";

const MEMBER: Standing = { is: "member", isColleague: false };

interface Given {
  /** `undefined`: Slack does not say. */
  standing?: Standing | undefined;
  /** It is what Slack said once. */
  isLate?: boolean;
  /** Who they are when Slack is asked again. */
  standingAgain?: Standing;
  /** Of groups and channels; those that are missing Slack has never told. */
  members?: Readonly<Record<string, readonly string[]>>;
  /** The same, when they are read again. */
  again?: Readonly<Record<string, readonly string[]>>;
  names?: Partial<SlackNames>;
  guestsMayAnswer?: boolean;
}

function permissionsOf(teams: readonly Partial<TeamRoles>[], given: Given = {}): Permissions {
  const { members = {}, again = members, names = {}, guestsMayAnswer = false } = given;
  const find = (from: Given["members"], id: string) =>
    Promise.resolve(from?.[id] && new Set(from[id]));
  const known: KnownMembers = {
    of: (id, isAgain) => find(isAgain ? again : members, id),
    lastOf: (id) => find(members, id),
  };
  return createPermissions({
    teams: teams.map((team) => ({
      name: "Support",
      channel: "C1",
      agents: "workspace",
      leads: undefined,
      ...team,
    })),
    personOf(_, __, isAgain) {
      const standing = "standing" in given ? given.standing : MEMBER;
      return Promise.resolve({
        standing: isAgain ? (given.standingAgain ?? standing) : standing,
        isLate: given.isLate ?? false,
      });
    },
    members: known,
    people: { namesOf: () => Promise.resolve({ ...NO_NAMES, ...names }) },
    guestsMayAnswer,
    monotonic: () => 0,
  });
}

const SUPPORT = { name: "Support", channel: "C1" };
const BILLING = { name: "Billing", channel: "C2" };
const AS_AGENT = { as: "agent", team: SUPPORT } as const;
const AS_LEAD = { as: "lead", team: SUPPORT } as const;

describe("a person", () => {
  it.each([
    ["a member", MEMBER, undefined],
    ["somebody of whom Slack tells nothing", undefined, undefined],
    ["a colleague, from another workspace", { is: "member", isColleague: true }, "T0OTHER"],
  ] as const)("may act as %s", async (_, standing, foreignTeam) => {
    const permissions = permissionsOf([{}], { standing });
    const actor = { agent: "U1", ...(foreignTeam !== undefined && { foreignTeam }) };
    expect(await permissions.refusalOf(actor)).toBeUndefined();
    expect(await permissions.refusalOf(actor, AS_AGENT)).toBeUndefined();
  });

  it.each([
    ["a guest", { is: "guest", isColleague: false }, undefined, "guest"],
    ["a bot", { is: "no-person", isColleague: false }, undefined, "no-person"],
    ["a deactivated account", { is: "deactivated", isColleague: false }, undefined, "deactivated"],
    ["of another company", { is: "other-company", isColleague: false }, undefined, "other-company"],
    ["from elsewhere", MEMBER, "T0OTHER", "other-company"],
  ] as const)(
    "may not act as %s, although in the group",
    async (_, standing, foreignTeam, kind) => {
      const permissions = permissionsOf([{ agents: ["S1", "U1"] }], {
        standing,
        members: { S1: ["U1"] },
      });
      const actor = { agent: "U1", ...(foreignTeam !== undefined && { foreignTeam }) };
      expect(await permissions.refusalOf(actor, AS_AGENT)).toEqual({ kind });
    },
  );

  it.each([
    ["guest", "not-known"],
    ["deactivated", "not-known"],
    ["no-person", "no-person"],
    ["other-company", "other-company"],
  ] as const)(
    "who was %s when Slack said so last may not act, but may be more by now: %s",
    async (is, kind) => {
      const standing: Standing = { is, isColleague: false };
      const given = { standing, isLate: true, members: { S1: ["U1"] } };
      const permissions = permissionsOf([{ agents: ["S1"] }], given);
      expect(await permissions.refusalOf({ agent: "U1" }, AS_AGENT)).toEqual({ kind });
    },
  );

  it.each([
    [{ is: "guest", isColleague: false }, MEMBER, undefined],
    [{ is: "other-company", isColleague: false }, MEMBER, undefined],
    [MEMBER, { is: "member", isColleague: true }, "T0OTHER"],
  ] as const)(
    "who is more by now may act, because Slack is asked again before a refusal: %o, now %o",
    async (standing, standingAgain, foreignTeam) => {
      const permissions = permissionsOf([{}], { standing, standingAgain });
      const actor = { agent: "U1", ...(foreignTeam !== undefined && { foreignTeam }) };
      expect(await permissions.refusalOf(actor, AS_AGENT)).toBeUndefined();
    },
  );

  it("may act as a guest where that is wanted, but only where they belong", async () => {
    const standing: Standing = { is: "guest", isColleague: false };
    const given = { standing, guestsMayAnswer: true, members: { S1: ["U1"] } };
    const permissions = permissionsOf([{ agents: ["S1"] }], given);
    expect(await permissions.refusalOf({ agent: "U1" }, AS_AGENT)).toBeUndefined();
    expect(await permissions.refusalOf({ agent: "U2" }, AS_AGENT)).toMatchObject({
      kind: "not-agent",
    });
  });
});

describe("an agent of a team", () => {
  it.each([
    ["everybody of the workspace", { agents: "workspace" as const }, {}],
    ["who is named", { agents: ["U1"] }, {}],
    ["who is named by an id of the organisation", { agents: ["W1"] }, { agent: "W1" }],
    ["who is in a group", { agents: ["U9", "S1"] }, {}],
    ["who is in the channel", { agents: "channel" as const }, {}],
    ["who leads it", { agents: ["U9"], leads: ["S1"] }, {}],
  ])("is %s", async (_, roles, { agent = "U1" }: { agent?: string }) => {
    const members = { S1: ["U1"], C1: ["U1"] };
    const permissions = permissionsOf([roles], { members });
    expect(await permissions.refusalOf({ agent }, AS_AGENT)).toBeUndefined();
  });

  it("is nobody else, who is told whom to ask, leads before agents", async () => {
    const names = {
      users: new Map([["U9", "Zoe"]]),
      usergroups: new Map([["S1", "support"]]),
      channels: new Map([["C1", "billing"]]),
    };
    const members = { S1: ["U9"], C1: ["U9"] };
    const ask = async (team: Partial<TeamRoles>) =>
      await permissionsOf([team], { members, names }).refusalOf({ agent: "U1" }, AS_AGENT);
    const refused = { kind: "not-agent", team: "Support" };
    expect(await ask({ agents: ["S1", "U9"] })).toEqual({ ...refused, ask: ["@support", "@Zoe"] });
    expect(await ask({ agents: ["S1"], leads: ["U9"] })).toEqual({ ...refused, ask: ["@Zoe"] });
    expect(await ask({ agents: "channel" })).toEqual({ ...refused, ask: ["#billing"] });
  });

  it("is nobody where all groups are empty", async () => {
    const permissions = permissionsOf([{ agents: ["S1"], leads: ["S2"] }], {
      members: { S1: [], S2: [] },
    });
    expect(await permissions.refusalOf({ agent: "U1" }, AS_AGENT)).toEqual({
      kind: "not-agent",
      team: "Support",
      ask: [],
      nobodyIs: true,
    });
  });

  it("is whoever has just come in, because groups are read again before a refusal", async () => {
    const permissions = permissionsOf([{ agents: ["S1"] }], {
      members: { S1: [] },
      again: { S1: ["U1"] },
    });
    expect(await permissions.refusalOf({ agent: "U1" }, AS_AGENT)).toBeUndefined();
  });

  it("is not known where Slack has never said who is in one of its groups", async () => {
    const permissions = permissionsOf([{ agents: ["S1", "S2", "U3"] }], {
      members: { S1: ["U2"] },
    });
    const refusalOf = (agent: string) => permissions.refusalOf({ agent }, AS_AGENT);
    expect(await refusalOf("U1")).toEqual({ kind: "not-known" });
    expect(await refusalOf("U2")).toBeUndefined();
    expect(await refusalOf("U3")).toBeUndefined();
  });

  it.each([
    ["the channel", { agents: "channel" as const }],
    ["a group", { agents: ["S1"] }],
    ["their name", { agents: ["U1"] }],
    ["leading it", { agents: ["U9"], leads: ["S1"] }],
  ])("is not known by %s while Slack has never said whether they are a guest", async (_, roles) => {
    const given = { standing: undefined, members: { C1: ["U1"], S1: ["U1"] } };
    const permissions = permissionsOf([roles], given);
    expect(await permissions.refusalOf({ agent: "U1" }, AS_AGENT)).toEqual({ kind: "not-known" });
    expect(await permissions.teamsOf("U1")).toEqual([]);
    expect(await permissions.refusalOf({ agent: "U2" }, AS_AGENT)).toMatchObject({
      kind: "not-agent",
    });
  });
});

describe("a lead of a team", () => {
  const members = { S1: ["U1", "U2"], S2: ["U2"] };

  it("is who is named so, or each agent where nobody is", async () => {
    const led = permissionsOf([{ agents: ["S1"], leads: ["S2"] }], { members });
    expect(await led.refusalOf({ agent: "U2" }, AS_LEAD)).toBeUndefined();
    expect(await led.refusalOf({ agent: "U1" }, AS_LEAD)).toMatchObject({
      kind: "not-lead",
      team: "Support",
    });
    const free = permissionsOf([{ agents: ["S1"] }], { members });
    expect(await free.refusalOf({ agent: "U1" }, AS_LEAD)).toBeUndefined();
  });
});

describe("several teams", () => {
  const teams = [
    { ...SUPPORT, agents: ["S1"] },
    { ...BILLING, agents: ["S2"], leads: ["U3"] },
  ];
  const members = { S1: ["U1"], S2: ["U1", "U2"] };
  const permissions = permissionsOf(teams, { members });

  it("are told apart", async () => {
    const refusalOf = (agent: string, team: { name: string; channel: string }) =>
      permissions.refusalOf({ agent }, { as: "agent", team });
    expect(await refusalOf("U2", BILLING)).toBeUndefined();
    expect(await refusalOf("U2", SUPPORT)).toMatchObject({ kind: "not-agent", team: "Support" });
  });

  it("are those whose agent or lead somebody is, in their order", async () => {
    const namesOf = async (agent: string) =>
      (await permissions.teamsOf(agent)).map(({ name }) => name);
    expect(await namesOf("U1")).toEqual(["Support", "Billing"]);
    expect(await namesOf("U2")).toEqual(["Billing"]);
    expect(await namesOf("U3")).toEqual(["Billing"]);
    expect(await namesOf("U4")).toEqual([]);
  });

  it("need one that somebody is in where any will do", async () => {
    const any = { as: "agent", team: undefined } as const;
    expect(await permissions.refusalOf({ agent: "U3" }, any)).toBeUndefined();
    const refused = await permissions.refusalOf({ agent: "U4" }, any);
    expect(refused).toEqual({ kind: "not-agent", ask: [] });
  });
});

it("is decided in time by what Slack said last, but refuses nobody by that, however long it takes now", async () => {
  const never = new Promise<never>(() => {});
  const permissions = createPermissions({
    teams: [{ ...SUPPORT, agents: ["S1"], leads: undefined }],
    personOf: () => Promise.resolve({ standing: MEMBER, isLate: false }),
    members: {
      of: () => never,
      lastOf: () => Promise.resolve(new Set(["U1"])),
    },
    people: { namesOf: () => never },
    guestsMayAnswer: false,
    monotonic: () => 0,
  });
  expect(await permissions.refusalOf({ agent: "U1" }, AS_AGENT, 1)).toBeUndefined();
  expect(await permissions.refusalOf({ agent: "U2" }, AS_AGENT, 1)).toEqual({ kind: "not-known" });
  expect(await permissions.teamsOf("U2", 1)).toEqual([]);
});
