import { WebClient } from "@slack/web-api";
import { describe, expect, it, onTestFinished } from "vitest";
import { startFakeSlack } from "../../fakes/slack/fake-slack.ts";
import { createIdentities } from "../../src/slack/identity.ts";
import { createFindUser } from "../../src/slack/users.ts";
import { webClientOptions } from "../../src/slack/web-api.ts";
import { en } from "../../src/views/texts/en.ts";
import { userAuthor } from "../../src/views/user-author.ts";

const HOUR_MS = 60 * 60_000;

async function identitiesForTest() {
  const slack = await startFakeSlack();
  onTestFinished(() => slack.close());
  let clock = 0;
  const client = new WebClient(slack.botToken, webClientOptions(slack.apiUrl));
  const findUser = createFindUser(client, () => clock);
  const identityOf = createIdentities(findUser, { aliases: {}, team: undefined });
  const anna = slack.state.users.get("U0ANNA");
  if (!anna) throw new Error("Anna is missing");
  return {
    slack,
    anna,
    findUser,
    nameOfAnna: async () => (await identityOf("U0ANNA")).name,
    pass: (ms: number) => {
      clock += ms;
    },
    asked: () => slack.calls("users.info").length,
  };
}

describe("who an agent is to a User", () => {
  it("is asked of Slack again after an hour, not before", async () => {
    const { anna, nameOfAnna, pass, asked } = await identitiesForTest();
    expect(await nameOfAnna()).toBe("Anna");
    anna.displayName = "Anna B.";
    pass(HOUR_MS - 1);
    expect(await nameOfAnna()).toBe("Anna");
    expect(asked()).toBe(1);
    pass(1);
    expect(await nameOfAnna()).toBe("Anna B.");
    expect(asked()).toBe(2);
  });

  it("stays as it was while Slack fails, and Slack is asked again after ten seconds", async () => {
    const { slack, anna, nameOfAnna, pass, asked } = await identitiesForTest();
    expect(await nameOfAnna()).toBe("Anna");
    anna.displayName = "Anna B.";
    slack.faults.add("users.info", { kind: "status", status: 500 });
    pass(HOUR_MS);
    expect(await nameOfAnna()).toBe("Anna");
    expect(await nameOfAnna()).toBe("Anna");
    expect(asked()).toBe(2);
    slack.faults.clear();
    pass(10_000);
    expect(await nameOfAnna()).toBe("Anna B.");
  });

  it("falls back to the names that are there, and to a neutral one", async () => {
    const { slack, anna, nameOfAnna, pass } = await identitiesForTest();
    Object.assign(anna, { displayName: "  " });
    expect(await nameOfAnna()).toBe("Anna Berg");
    Object.assign(anna, { realName: "", name: "anna" });
    pass(HOUR_MS);
    expect(await nameOfAnna()).toBe("anna");
    slack.state.users.delete("U0ANNA");
    const stranger = createIdentities(
      createFindUser(new WebClient(slack.botToken, webClientOptions(slack.apiUrl))),
      { aliases: {}, team: undefined },
    );
    expect(await stranger("U0ANNA")).toEqual({
      id: 826_781_140,
      name: "Support",
    });
  });
});

describe("who somebody is", () => {
  it("is asked again as of some seconds ago, once for all who ask, and after a failure not at once", async () => {
    const { slack, anna, findUser, pass, asked } = await identitiesForTest();
    const isGuest = async () => (await findUser("U0ANNA", "again"))?.is_restricted === true;
    expect(await isGuest()).toBe(false);
    Object.assign(anna, { isGuest: true });
    pass(4_999);
    expect(await isGuest()).toBe(false);
    expect(asked()).toBe(1);
    pass(1);
    expect(await Promise.all([isGuest(), isGuest()])).toEqual([true, true]);
    expect(asked()).toBe(2);
    slack.faults.add("users.info", { kind: "status", status: 500 });
    pass(5_000);
    expect(await findUser("U0ANNA", "again")).toBeUndefined();
    pass(5_000);
    expect(await findUser("U0ANNA", "again")).toBeUndefined();
    expect(asked()).toBe(3);
    expect((await findUser("U0ANNA"))?.is_restricted).toBe(true);
  });
});

describe("how a User appears in a thread", () => {
  it("is stable for one User and differs among many", () => {
    const icons = Array.from(
      { length: 100 },
      (_, n) => userAuthor({ userId: `${n}`, user: {} }, en).icon,
    );
    expect(icons).toEqual(icons.map((_, n) => userAuthor({ userId: `${n}`, user: {} }, en).icon));
    expect(new Set(icons).size).toBeGreaterThan(15);
    for (const icon of icons) expect(icon).toMatch(/^:[a-z_]+:$/);
  });
});
