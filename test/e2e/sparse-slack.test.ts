import { expect, it } from "vitest";
import { attemptsIn } from "../support/attempts.ts";
import {
  CHANNEL,
  ROOT_TS,
  SIGNING_SECRET,
  sendAsSlack,
  startSparseSlack,
} from "../support/sparse-slack.ts";
import { PATIENCE } from "../support/steps.ts";
import { startWorld } from "../support/world.ts";

type SparseSlack = Awaited<ReturnType<typeof startSparseSlack>>;

const envFor = (slack: SparseSlack) => ({
  SLACK_API_URL: slack.apiUrl,
  SLACK_SIGNING_SECRET: SIGNING_SECRET,
  SLACK_CHANNEL: CHANNEL,
});

const payload = (interaction: object) =>
  new URLSearchParams({ payload: JSON.stringify({ user: { id: "UANNA" }, ...interaction }) });

it("needs of Slack no more than posts, updates and modals to carry a conversation", async () => {
  const slack = await startSparseSlack();
  const world = await startWorld({
    env: envFor(slack),
  });
  const { parley } = world;
  const send = (sent: object) => sendAsSlack(world.bridgeUrl(), sent);
  const user = parley.createUser();

  await parley.handOver({ userId: user.id, to: parley.agentService.identification, metadata: {} });
  await parley.userWrites(user.id, "Hello?");
  await expect.poll(() => slack.called("chat.postMessage").at(-1)?.text, PATIENCE).toBe("Hello?");

  const written = { channel: CHANNEL, user: "UANNA", ts: "1700000100.000001", thread_ts: ROOT_TS };
  await send({ type: "event_callback", event: { type: "message", ...written, text: "Hi" } });
  await parley.until(() => parley.sent(user.id)[0]);
  expect(parley.sent(user.id)[0]?.message).toBe("Hi");

  const listed = await send(new URLSearchParams({ command: "/parley-owner", user_id: "UANNA" }));
  const link = `https://w.slack.com/archives/${CHANNEL}/p${ROOT_TS.replace(".", "")}`;
  expect(await listed.json()).toMatchObject({ text: expect.stringContaining(`<${link}|`) });
  const asked = new URLSearchParams({ command: "/parley-owner", user_id: "UANNA", text: link });
  expect(await (await send(asked)).json()).toMatchObject({
    text: expect.stringContaining(parley.agentService.name),
  });

  const shortcut = { type: "message_action", callback_id: "parley_hand_back", trigger_id: "1.1" };
  const at = { channel: { id: CHANNEL }, message_ts: ROOT_TS, message: { ts: ROOT_TS } };
  await send(payload({ ...shortcut, ...at }));
  await expect.poll(() => slack.called("views.open").length, PATIENCE).toBe(1);
  const opened = JSON.parse(slack.called("views.open")[0]?.view ?? "") as object;
  const view = { ...opened, id: "V1", state: { values: {} } };
  const submitted = await send(payload({ type: "view_submission", view }));
  expect([submitted.status, await submitted.text()]).toEqual([200, ""]);
  await parley.until(() => parley.user(user.id).owner === parley.botService.identification);
});

it("says so when the form of a hand-back that failed is sent again", async () => {
  const slack = await startSparseSlack();
  const world = await startWorld({ env: envFor(slack) });
  const { parley } = world;
  const user = parley.createUser();
  await parley.handOver({ userId: user.id, to: parley.agentService.identification, metadata: {} });
  // The root, and the details below it.
  await expect.poll(() => slack.called("chat.postMessage").length, PATIENCE).toBe(2);
  await expect.poll(() => attemptsIn(world.log, `user/${user.id}`).length, PATIENCE).toBe(1);
  parley.faults.add(`PUT /users/${user.id}/owner`, { kind: "status", status: 400 });
  const thread = { team: "", channel: CHANNEL, ts: ROOT_TS };
  const view = {
    id: "V1",
    callback_id: "parley_hand_back",
    private_metadata: JSON.stringify(thread),
    state: { values: {} },
  };
  const submit = () => sendAsSlack(world.bridgeUrl(), payload({ type: "view_submission", view }));

  expect(await (await submit()).text()).toBe("");
  await expect
    .poll(() => slack.called("chat.postMessage").at(-1)?.text, PATIENCE)
    .toMatch(/Nothing was sent/);

  expect(await (await submit()).text()).toContain("sent already");
});
