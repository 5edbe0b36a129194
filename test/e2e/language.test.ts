import { expect, it } from "vitest";
import { press } from "../support/replies.ts";
import { sentTo } from "../support/sent.ts";
import { handOver, openModal, PATIENCE } from "../support/steps.ts";
import { postsIn, shownOf, textOf, textsTo, toldTo } from "../support/threads.ts";
import { startWorld } from "../support/world.ts";

it("a Dutch team reads Dutch from the handover to the hand-back", async () => {
  const world = await startWorld({ env: { TEAM_LANGUAGE: "nl" } });
  const { slack, parley } = world;
  const { user, root, ts } = await handOver(world, { metadata: { reason: "angry_customer" } });
  expect(shownOf(slack, root)).toMatch(/Parley-gebruiker `\d+`\nReden `angry_customer`/);
  expect(textOf(root)).toMatch(
    /\*Bezoeker \d+\* · .*\nangry_customer\n· \*wacht\*\n.*\nTeruggeven/,
  );

  parley.faults.add(`POST /users/${user.id}/messages`, { kind: "status", status: 400 }, 1);
  await slack.post({ user: "U0BEN", threadTs: ts, text: "Morgen is het er" });
  const told = await slack.waitFor(() => toldTo(slack, "U0BEN", ts)[0]);
  expect(told.text).toMatch(/^:x: \*Niet bezorgd\.\* Parley weigerde het \(/);
  expect(textOf(told)).toMatch(/Opnieuw sturen\nLaat vervallen/);
  await press(world, told, "parley_send_again");
  await expect.poll(() => sentTo(world, user.id), PATIENCE).toEqual(["Morgen is het er"]);

  const form = await openModal(slack, ts, { by: "button" });
  expect(JSON.stringify(form)).toMatch(/Teruggeven aan.*Notitie voor de bot.*Laatste bericht/);
  const values = { last_message: "note: lastig", note: "Is tevreden" };
  const { errors } = await slack.submitView({ user: "U0ANNA", viewId: form.id, values });
  expect(errors?.last_message).toMatch(/notitie onder collega’s/);
  const fine = { ...values, last_message: "Tot ziens" };
  await slack.submitView({ user: "U0ANNA", viewId: form.id, values: fine });

  await slack.waitFor(() => /\*Teruggegeven\* aan .* door <@U0ANNA>/.test(textOf(root)));
  const notice = await slack.waitFor(() =>
    postsIn(slack, ts).find(({ text }) => /heeft deze gebruiker teruggegeven/.test(text)),
  );
  expect(notice.text).toContain("Antwoorden hier komen niet meer aan.\n>Is tevreden");
  expect(sentTo(world, user.id)).toEqual(["Morgen is het er", "Tot ziens"]);
  const { channel } = slack;
  await slack.command({ user: "U0ANNA", channel, command: "/parley-owner", text: "" });
  expect(textsTo(slack, "U0ANNA").at(-1)).toBe("Geen open gesprekken.");
});

it("what was said before keeps its language, and what is said afterwards gets the new one", async () => {
  const world = await startWorld({ env: { TEAM_LANGUAGE: "de" } });
  const { slack, parley } = world;
  const { user, root, ts } = await handOver(world);
  expect(textOf(root)).toMatch(/\*wartet\*/);
  await world.stopBridge();
  await world.startBridge({ TEAM_LANGUAGE: "en" });
  const { delivered } = await parley.handOver({
    userId: user.id,
    to: parley.botService.identification,
  });
  await delivered;
  await slack.waitFor(() => postsIn(slack, ts).some(({ text }) => /is now with/.test(text)));
  await slack.waitFor(() => /\*Taken over\* by/.test(textOf(root)));
});
