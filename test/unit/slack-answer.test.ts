import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAlarms } from "../../src/alarms.ts";
import { createAccessWatch } from "../../src/slack/access-watch.ts";
import { faultOf } from "../../src/slack/refusals.ts";
import { readSlackAnswer } from "../../src/slack/slack-answer.ts";
import { captureLog } from "../support/captured-log.ts";
import { holds } from "../support/property.ts";

const read = (answer: unknown) => readSlackAnswer(JSON.stringify(answer));

describe("an answer of Slack", () => {
  it("is passed on as it came", () => {
    const body = JSON.stringify({ ok: true, ts: "1.2", response_metadata: { next_cursor: "x=" } });
    expect(readSlackAnswer(body)).toEqual({ answer: { ok: true }, text: body });
  });

  it("is well-formed, and its numbers are what they were", () => {
    const body = '{"ok":true,"messages":[{"text":"cut \\ud83d","n":90071992547409931}]}';
    const mended = '{"ok":true,"messages":[{"text":"cut \\ufffd","n":90071992547409931}]}';
    expect(readSlackAnswer(body)?.text).toBe(mended);
  });

  it("keeps of a refusal its code and the missing scope, and nothing else", () => {
    const refusal = {
      ok: false,
      error: "missing_scope",
      needed: "chat:write",
      provided: "x",
      detail: "words",
    };
    const kept = { ok: false, error: "missing_scope", needed: "chat:write" };
    expect(read(refusal)).toEqual({ answer: kept, text: JSON.stringify(kept) });
    expect(read({ ...refusal, needed: "all you have!" })?.answer.needed).toBeUndefined();
  });

  it("keeps of warnings their codes, and of its other words none", () => {
    const answer = read({
      ok: true,
      warning: "missing_charset,Some words",
      response_metadata: {
        next_cursor: "abc",
        warnings: ["missing_charset", "Other words", 7],
        messages: ["[WARN] words"],
      },
    });
    expect(JSON.parse(answer?.text ?? "")).toEqual({
      ok: true,
      response_metadata: { next_cursor: "abc", warnings: ["missing_charset"] },
    });
  });

  holds(
    "is none where its code does not look like one",
    fc.string().filter((text) => !/^[a-z][a-z0-9_]{0,99}$/.test(text)),
    (error) => {
      expect(read({ ok: false, error })).toBeUndefined();
    },
  );

  it.each([["ok"], { ok: "true" }, { ok: 1 }, "ok", 7, null, {}])("is none: %j", (answer) => {
    expect(read(answer)).toBeUndefined();
  });
});

describe("the alarm about Slack's refusals", () => {
  const HOUR_MS = 3_600_000;

  function watch(options: { maxAdvices?: number } = {}) {
    const alarms = createAlarms(captureLog());
    const clock = { now: 0 };
    const seen = createAccessWatch(alarms, { channels: ["C1"], ...options }, () => clock.now);
    const answer = (method: string, error?: string, asked: Record<string, string> = {}) =>
      seen({
        method,
        asked: new URLSearchParams(asked),
        status: 200,
        answer: error === undefined ? { ok: true } : { ok: false, error },
      });
    const advice = () => alarms.current().map(({ advice: words }) => words)[0];
    return { seen, answer, advice, clock };
  }

  it("names the token, until any call works", () => {
    const { answer, advice } = watch();
    answer("users.info", "account_inactive");
    expect(advice()).toMatch(/SLACK_BOT_TOKEN \(account_inactive\)/);
    answer("chat.update");
    expect(advice()).toBeUndefined();
  });

  it.each([
    [{}, /^The bot cannot write in channel C1 [^:]*: [^.]*\.$/],
    [{ maxAdvices: 2 }, /^The bot cannot write in channel C1 .* Slack refuses SLACK_BOT_TOKEN/],
  ])("names the first refusal alone, or several where that is asked: %j", (options, advices) => {
    const { answer, advice } = watch(options);
    answer("chat.postMessage", "is_archived", { channel: "C1" });
    answer("users.info", "account_inactive");

    expect(advice()).toMatch(advices);
  });

  it("names the scope, until the same call works", () => {
    const { seen, answer, advice } = watch();
    const missing = (needed: string) =>
      seen({
        method: "users.info",
        asked: new URLSearchParams(),
        status: 200,
        answer: { ok: false, error: "missing_scope", needed },
      });
    missing("chat:write.customize");
    expect(advice()).toBeUndefined();
    missing("users:read");
    answer("chat.postMessage", undefined, { channel: "C1" });
    expect(advice()).toMatch(/lacks the scope users:read/);
    answer("users.info");
    expect(advice()).toBeUndefined();
  });

  it("names the channel, until something is written there", () => {
    const { answer, advice } = watch();
    answer("chat.postMessage", "is_archived", { channel: "C2" });
    expect(advice()).toBeUndefined();
    answer("files.completeUploadExternal", "not_in_channel", { channel_id: "C1" });
    answer("chat.postMessage", undefined, { channel: "C2" });
    answer("conversations.replies", undefined, { channel: "C1" });
    expect(advice()).toMatch(/channel C1 \(not_in_channel\)/);
    answer("reactions.add", undefined, { channel: "C1" });
    expect(advice()).toBeUndefined();
  });

  it.each([
    ["restricted_action_thread_locked", "thread"],
    ["restricted_action_read_only_channel", "channel"],
    ["restricted_action_thread_only_channel", "channel"],
    ["restricted_action_non_threadable_channel", "channel"],
    ["restricted_action_of_a_new_kind", "channel"],
    ["is_archived", "channel"],
    ["team_added_to_org", "workspace"],
    ["team_not_found", "workspace"],
    ["access_denied", "workspace"],
    ["enterprise_is_restricted", "workspace"],
    ["user_is_restricted", "workspace"],
    ["accesslimited", "workspace"],
    ["two_factor_setup_required", "workspace"],
  ])("names what somebody has to repair, until the same works: %s", (error, fault) => {
    const { answer, advice } = watch();
    const asked = { channel: "C1", thread_ts: "1.2" };
    answer("chat.postMessage", error, asked);
    expect(faultOf(error)).toBe(fault);
    expect(advice()).toContain(error);
    answer("chat.postMessage", undefined, asked);
    expect(advice()).toBeUndefined();
  });

  it("names a proxy, and forgets what nobody asks for any more", () => {
    const { seen, answer, advice, clock } = watch();
    seen({ method: "chat.postMessage", asked: new URLSearchParams(), status: 403 });
    expect(advice()).toMatch(/http_403.*SLACK_API_URL and the proxy/);
    seen({ method: "chat.postMessage", asked: new URLSearchParams(), status: 429 });
    seen({ method: "chat.postMessage", asked: new URLSearchParams(), status: 503 });
    expect(advice()).toBeDefined();
    clock.now = 3 * HOUR_MS;
    answer("chat.update");
    expect(advice()).toBeUndefined();
  });

  it("is silent about words to agents elsewhere, and about courtesies", () => {
    const { answer, advice } = watch();
    answer("chat.postEphemeral", "channel_not_found", { channel: "D1" });
    answer("assistant.threads.setStatus", "no_permission", { channel_id: "C1" });
    answer("apps.connections.open", "invalid_auth");
    expect(advice()).toBeUndefined();
  });
});
