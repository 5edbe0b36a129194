import { describe, expect, it } from "vitest";
import { createPermissions } from "../../src/slack/permissions.ts";
import type { SlackUser } from "../../src/slack/users.ts";

const refusalOf = (
  user: SlackUser | undefined,
  { foreignTeam, ...options }: { foreignTeam?: string; enterprise?: string; team?: string } = {},
) =>
  createPermissions({
    findUser: () => Promise.resolve(user),
    workspace: { team: "T0US", ...options },
    guestsMayAnswer: false,
    teams: [{ name: "Support", channel: "C1" }],
  }).refusalOf({ agent: "U1", ...(foreignTeam !== undefined && { foreignTeam }) });

describe("who may answer", () => {
  it.each([
    ["a member", { team_id: "T0US" }, {}],
    ["somebody of whom Slack tells no team", {}, {}],
    ["somebody of whom Slack tells nothing", undefined, {}],
    ["anybody, where Slack does not tell who we are", { team_id: "T0OTHER" }, { team: "" }],
    [
      "a colleague of the same organisation",
      { team_id: "T0OTHER", enterprise_user: { enterprise_id: "E0US" } },
      { enterprise: "E0US", foreignTeam: "T0OTHER" },
    ],
    [
      "a colleague who is in our workspace too",
      { team_id: "T0OTHER", enterprise_user: { teams: ["T0OTHER", "T0US"] } },
      { foreignTeam: "T0OTHER" },
    ],
  ])("is %s", async (_, user, options) => {
    expect(await refusalOf(user, options)).toBeUndefined();
  });

  it.each([
    ["a member of another workspace", { team_id: "T0OTHER" }, {}, "other-company"],
    [
      "whose message came from elsewhere",
      { team_id: "T0US" },
      { foreignTeam: "T0OTHER" },
      "other-company",
    ],
    [
      "whose message came from elsewhere, unknown",
      undefined,
      { foreignTeam: "T0OTHER" },
      "other-company",
    ],
    [
      "a member of another organisation",
      { team_id: "T0OTHER", enterprise_user: { enterprise_id: "E0OTHER", teams: ["T0OTHER"] } },
      { enterprise: "E0US" },
      "other-company",
    ],
    ["a stranger", { is_stranger: true }, {}, "other-company"],
    ["a deactivated account", { team_id: "T0US", deleted: true }, {}, "deactivated"],
    ["a bot", { team_id: "T0US", is_bot: true }, {}, "no-person"],
    ["a guest", { team_id: "T0US", is_restricted: true }, {}, "guest"],
    ["a guest of one channel", { team_id: "T0US", is_ultra_restricted: true }, {}, "guest"],
  ])("is not %s", async (_, user, options, refusal) => {
    expect(await refusalOf(user, options)).toEqual({ kind: refusal });
  });
});
