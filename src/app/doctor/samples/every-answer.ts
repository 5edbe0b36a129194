import { NetworkError, ParleyApiError } from "../../../errors.ts";
import { toUserId } from "../../../ids.ts";
import { renderOwnerAnswer } from "../../../views/owner-answer.ts";
import { renderTeamChoice } from "../../../views/team-choice.ts";
import { choiceOf, idOf, LINK, type Notice, serviceOf } from "./sample-values.ts";

const teamChoiceOf = (text: string) => ({
  wanted: text,
  userId: toUserId(idOf(text)),
  trigger: "1.2",
  teams: [text.slice(0, 80)],
});

/** The answers of `/parley-owner`. */
export const ANSWERS: Readonly<Record<string, Notice>> = {
  help: (_, texts) => renderOwnerAnswer({ kind: "help" }, texts),
  conversations: (name, texts) => {
    const line = {
      userId: name,
      user: { name },
      link: LINK,
      waitingSince: 0,
      whose: "mine" as const,
      team: name,
      reason: name,
      wish: name,
    };
    return renderOwnerAnswer({ kind: "conversations", lines: [line, line], now: 1e9 }, texts);
  },
  Services: (name, texts) => {
    const service = { id: name, name, isDefault: true, isUs: true };
    return renderOwnerAnswer({ kind: "services", services: [service] }, texts);
  },
  "no Services": (_, texts) => renderOwnerAnswer({ kind: "services", services: [] }, texts),
  "an owner": (name, texts) =>
    renderOwnerAnswer(
      { kind: "owner", userId: name, owner: { name, isUs: true }, link: LINK },
      texts,
    ),
  "a User who is to go straight back": (userId, texts) =>
    renderOwnerAnswer({ kind: "declining", userId, link: LINK }, texts),
  "a User who is not declined": (_, texts) =>
    renderOwnerAnswer({ kind: "not-declined", problem: "answered" }, texts),
  "no owner": (userId, texts) => renderOwnerAnswer({ kind: "owner", userId }, texts),
  "a User who is there already": (text, texts) =>
    renderOwnerAnswer({ kind: "given", userId: text, service: text, outcome: "already" }, texts),
  "a User who is there now": (text, texts) =>
    renderOwnerAnswer({ kind: "given", userId: text, service: text, outcome: "given" }, texts),
  "a User who is ours now": (text, texts) =>
    renderOwnerAnswer({ kind: "given", userId: text, service: text, outcome: "taken" }, texts),
  "Services that match": (text, texts) =>
    renderOwnerAnswer(
      { kind: "which-service", ...choiceOf(text), matches: [serviceOf(text)] },
      texts,
    ),
  "a User who is on the way to a team": (text, texts) =>
    renderOwnerAnswer({ kind: "moving", userId: text, team: text }, texts),
  "a User who is with the team already": (team, texts) =>
    renderOwnerAnswer({ kind: "not-moved", problem: "with-team", team }, texts),
  "teams that match": (text, texts) =>
    renderTeamChoice(
      { ...teamChoiceOf(text), matches: [text.slice(0, 80).trim() || "Billing"] },
      texts,
    ),
  "teams that do not match": (text, texts) =>
    renderOwnerAnswer({ kind: "which-team", ...teamChoiceOf(text), matches: [] }, texts),
  "no such customer": (id, texts) =>
    renderOwnerAnswer({ kind: "problem", problem: "unknown-customer", id }, texts),
  "an id that could be two": (_, texts) =>
    renderOwnerAnswer({ kind: "problem", problem: "ambiguous", id: "11111" }, texts),
  "no id": (_, texts) => renderOwnerAnswer({ kind: "problem", problem: "no-id" }, texts),
  "a refusal of Parley": (code, texts) => {
    const error = new ParleyApiError("PUT /x", 400, [code]);
    return renderOwnerAnswer({ kind: "failed", error }, texts);
  },
  "a User of another team": (name, texts) => {
    const refusal = { kind: "not-agent", team: name, ask: [`@${name}`, `#${name}`] } as const;
    return renderOwnerAnswer({ kind: "refused", refusal }, texts);
  },
  "a User of nobody": (name, texts) => {
    const refusal = { kind: "not-lead", ask: [`@${name}`] } as const;
    return renderOwnerAnswer({ kind: "refused", refusal }, texts);
  },
  "no Parley": (_, texts) =>
    renderOwnerAnswer({ kind: "failed", error: new NetworkError("GET /x: ECONNREFUSED") }, texts),
};
