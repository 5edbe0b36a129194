import { expect, it } from "vitest";
import type { Deed, Permissions, Team } from "../../src/bridge/desk-ports.ts";
import { teamsToMoveTo } from "../../src/bridge/teams/request-move.ts";

const team = (name: string): Team => ({ name, channel: `C0${name}` });
const OTHERS = ["Billing", "Returns", "Sales"].map(team);

/** What Slack is asked for, and to which teams somebody with these roles may move a User of Support. */
async function moverWith(roles: readonly string[]) {
  const asked: string[] = [];
  const refusalOf: Permissions["refusalOf"] = (_actor, deed?: Deed) => {
    const role = `${deed?.as} ${deed?.team?.name}`;
    asked.push(role);
    return Promise.resolve(roles.includes(role) ? undefined : { kind: "not-agent", ask: [] });
  };
  const permissions = { refusalOf, teamsOf: () => Promise.resolve([]) };
  const where = { current: team("Support"), others: OTHERS };
  const { teams, refusal } = await teamsToMoveTo({ agent: "U0ANNA" }, where, { permissions });
  return { asked, teams: teams.map(({ name }) => name), isRefused: refusal !== undefined };
}

it("lets agents of the team move a User to every other one, and asks that once", async () => {
  expect(await moverWith(["agent Support"])).toEqual({
    asked: ["agent Support"],
    teams: ["Billing", "Returns", "Sales"],
    isRefused: false,
  });
});

it("lets who leads another team fetch a User, and nobody else", async () => {
  const asked = ["agent Support", "lead Billing", "lead Returns", "lead Sales"];
  expect(await moverWith(["lead Returns"])).toEqual({ asked, teams: ["Returns"], isRefused: true });
  expect(await moverWith([])).toEqual({ asked, teams: [], isRefused: true });
});
