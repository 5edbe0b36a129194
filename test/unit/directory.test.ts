import { WebClient } from "@slack/web-api";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Fault } from "../../fakes/http/faults.ts";
import { startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { BridgeError, RateLimitedError } from "../../src/errors.ts";
import { createDirectory } from "../../src/slack/directory.ts";
import type { SlackUser } from "../../src/slack/users.ts";
import { webClientOptions } from "../../src/slack/web-api.ts";

const standingOf = (
  user: SlackUser | undefined,
  { enterprise, team = "T0US" }: { enterprise?: string; team?: string } = {},
) =>
  createDirectory(new WebClient(), () => Promise.resolve(user), {
    team,
    ...(enterprise !== undefined && { enterprise }),
  }).personOf("U1");

describe("somebody", () => {
  it.each([
    ["of our workspace", { team_id: "T0US" }, {}, "member", false],
    ["of whom Slack tells no team", {}, {}, "member", false],
    [
      "anywhere, where Slack does not tell who we are",
      { team_id: "T0OTHER" },
      { team: "" },
      "member",
      false,
    ],
    [
      "of the same organisation",
      { team_id: "T0OTHER", enterprise_user: { enterprise_id: "E0US" } },
      { enterprise: "E0US" },
      "member",
      true,
    ],
    [
      "who is in our workspace too",
      { team_id: "T0OTHER", enterprise_user: { teams: ["T0OTHER", "T0US"] } },
      {},
      "member",
      true,
    ],
    ["of another workspace", { team_id: "T0OTHER" }, {}, "other-company", false],
    [
      "of another organisation",
      { team_id: "T0OTHER", enterprise_user: { enterprise_id: "E0OTHER", teams: ["T0OTHER"] } },
      { enterprise: "E0US" },
      "other-company",
      false,
    ],
    ["who is a stranger", { is_stranger: true }, {}, "other-company", false],
    ["whose account is deactivated", { team_id: "T0US", deleted: true }, {}, "deactivated", false],
    ["who is a bot", { team_id: "T0US", is_bot: true }, {}, "no-person", false],
    ["who is a guest", { team_id: "T0US", is_restricted: true }, {}, "guest", false],
    [
      "who is a guest of one channel",
      { team_id: "T0US", is_ultra_restricted: true },
      {},
      "guest",
      false,
    ],
  ] as const)("%s", async (_, user, options, is, isColleague) => {
    expect(await standingOf(user as SlackUser, options)).toEqual({ is, isColleague });
  });

  it("of whom Slack tells nothing", async () => {
    expect(await standingOf(undefined)).toBeUndefined();
  });
});

describe("members", () => {
  async function open() {
    const slack = await startFakeSlack({
      limits: { membersPage: 2 },
      usergroups: [
        { id: "S1", handle: "support", users: ["U0ANNA", "W0BEN"] },
        { id: "S2", handle: "gone", users: ["U0ANNA"], isDisabled: true },
        { id: "S3", handle: "empty", users: [] },
      ],
    });
    onTestFinished(() => slack.close());
    const client = new WebClient(slack.botToken, webClientOptions(slack.apiUrl));
    return {
      slack,
      ...createDirectory(client, () => Promise.resolve(undefined), { team: "T0US" }),
    };
  }

  it("of groups are told, also of a disabled one", async () => {
    const { membersOf } = await open();
    expect(await membersOf("S1")).toEqual(["U0ANNA", "W0BEN"]);
    expect(await membersOf("S2")).toEqual(["U0ANNA"]);
    expect(await membersOf("S3")).toEqual([]);
  });

  it("of a channel are told from all pages, or none of them", async () => {
    const { slack, membersOf } = await open();
    const all = await membersOf(slack.channel);
    expect(all).toEqual([...(slack.state.channels.get(slack.channel)?.members ?? [])]);
    expect(slack.calls("conversations.members").length).toBeGreaterThan(1);
    slack.faults.add("conversations.members", { kind: "latency", ms: 0 }, 1);
    slack.faults.add("conversations.members", { kind: "rate-limited", retryAfterSeconds: 30 });
    await expect(membersOf(slack.channel)).rejects.toThrow(RateLimitedError);
  });

  it("are told by no other answer", async () => {
    const { slack, membersOf } = await open();
    await expect(membersOf("S9")).rejects.toThrow("no_such_subteam");
    for (const fault of [
      { kind: "status", status: 503 },
      { kind: "refused" },
      {
        kind: "other-answer",
        isDone: false,
        write: (response) => void response.end("<html>Sign in</html>"),
      },
      {
        kind: "other-answer",
        isDone: false,
        write: (response) => void response.end(JSON.stringify({ ok: true })),
      },
    ] satisfies Fault[]) {
      slack.faults.add("usergroups.users.list", fault, 1);
      await expect(membersOf("S1")).rejects.toThrow(BridgeError);
    }
    slack.state.scopes.delete("usergroups:read");
    await expect(membersOf("S1")).rejects.toThrow("missing_scope");
  });
});
