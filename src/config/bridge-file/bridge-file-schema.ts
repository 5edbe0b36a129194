import { z } from "zod";
import { LANGUAGES } from "../../language.ts";
import { HAND_BACK_REASONS, REMINDED } from "../desk-rules.ts";
import {
  agentId,
  channelId,
  duration,
  flag,
  keys,
  line,
  list,
  matching,
  mustBe,
  named,
  oneOf,
  text,
} from "./fields.ts";
import { openingHours } from "./opening-hours.ts";
import { rule } from "./rule.ts";

export const MAX_TEAMS = 50;

/** Why a User is handed back, as the bot is told; that an agent did it is said by that alone. */
const handBackReason = oneOf(HAND_BACK_REASONS).exclude(["handed_back"]);

const hoursName = matching(/^\w[\w-]{0,39}$/, "a name of letters, digits, - and _");
const textName = matching(/^[a-z][a-z0-9_-]{0,39}$/, "the name of one of the texts");

const WHAT_THEN = "one of remind, tell-user and hand-back";

const waitingStep = keys(
  {
    after: duration.describe("How long nobody has answered the User, counted in opening hours."),
    remind: oneOf(REMINDED).describe("Who is reminded.").exactOptional(),
    "tell-user": textName.describe("The text that the User gets, by its name.").exactOptional(),
    "hand-back": handBackReason
      .describe("The User is handed back to the bot for this reason.")
      .exactOptional(),
  },
  "{ after: 3m, remind: thread }",
).refine((step) => Object.keys(step).length === 2, {
  error: `must say what happens then, with ${WHAT_THEN}`,
});

const A_STEP_OF_IDLE = "{ after: 24h, hand-back: user_silent }";

const idleStep = keys(
  {
    after: duration.describe("How long the User has not written, counted in opening hours."),
    "tell-user": textName.describe("The text that the User gets, by its name.").exactOptional(),
    "hand-back": handBackReason
      .describe("The reason for which the User is handed back then.")
      .exactOptional(),
  },
  A_STEP_OF_IDLE,
).refine((step) => Object.keys(step).length === 2, {
  error: "must say what happens then, with one of tell-user and hand-back",
});

/** What holds for all teams where it stands at the top, and for one where it stands in that. */
const ofTeams = {
  agents: list(agentId, "[S0123456789, U0123456789]")
    .describe("User groups and members who may answer; missing: the members of the channel.")
    .exactOptional(),
  leads: list(agentId, "[S0123456789]")
    .describe(
      "User groups and members who may also reassign, change owners and erase; missing: agents do all of that but erase.",
    )
    .exactOptional(),
  outside: oneOf(["queue", "hand-back"])
    .describe("What becomes of a User outside of the hours: they wait, or go back to the bot.")
    .exactOptional(),
  assign: oneOf(["none", "round-robin"])
    .describe(
      "Whether Users are given to those agents in turn who are active in Slack (round-robin), or wait for somebody to take them (none); missing: none.",
    )
    .exactOptional(),
  collision: oneOf(["warn", "hold", "off"])
    .describe(
      "What happens when a second agent answers the same User: both are told (warn), their reply waits for their word (hold), or nothing (off); missing: off.",
    )
    .exactOptional(),
  "allow-shared": flag
    .describe("Whether the channel may be shared with another company; missing: it may not.")
    .exactOptional(),
  waiting: list(waitingStep, "- { after: 3m, remind: thread }")
    .describe("What happens when nobody has answered the User for a while.")
    .exactOptional(),
  silent: keys(
    {
      after: duration.describe("How long the agent who has claimed it does not answer."),
      release: flag.describe("Whether others may claim it then."),
    },
    "{ after: 30m, release: true }",
  )
    .describe(
      "What happens when the agent who has claimed a conversation does not answer any more.",
    )
    .exactOptional(),
  idle: z
    .union([idleStep, list(idleStep, A_STEP_OF_IDLE)], {
      error: mustBe(`one step, such as ${A_STEP_OF_IDLE}, or a list of such steps`),
    })
    .describe("What happens when the User does not write any more: one step, or several.")
    .exactOptional(),
  "end-words": list(line("what a User writes", 40), "[/end, stop]")
    .describe("What a User writes to end the conversation.")
    .exactOptional(),
  outcomes: list(line("an outcome", 75), "[solved, follow-up]")
    .max(100, { error: "must be at most 100 outcomes" })
    .describe("What agents choose from when they hand a User back.")
    .exactOptional(),
  "hand-back": keys(
    {
      transcript: matching(/^(none|all|last-[1-9]\d{0,2})$/, "none, all, or last-20").describe(
        "What of the conversation the bot gets: none, all, or last-20.",
      ),
    },
    "{ transcript: none }",
  )
    .describe("What the bot gets when a User is handed back.")
    .exactOptional(),
  links: named(
    line("the name of a link", 40),
    matching(/^https?:\/\/\S+$/, "an http(s) address such as https://crm.example/{externalId}"),
    '{ CRM: "https://crm.example/{externalId}" }',
  )
    .describe(
      "Addresses that the details show, by name; {externalId}, {userId}, {email}, {name} and {language} are those of the User.",
    )
    .exactOptional(),
};

const team = keys(
  {
    name: line("the name of the team, such as Support", 50).describe(
      "What people call the team; no two have the same.",
    ),
    channel: channelId
      .describe("Where its threads open; missing: SLACK_CHANNEL. No two teams have the same.")
      .exactOptional(),
    when: list(rule, "- reason: refund*")
      .describe(
        "Rules of which one has to fit; the first team that has one gets the handover. Exactly one team has none: it gets all others.",
      )
      .exactOptional(),
    hours: hoursName.describe("Which of the hours are the team's, by name.").exactOptional(),
    ...ofTeams,
  },
  "{ name: Support, channel: C0123456789 }",
);

/** `bridge.yaml` as it is written. What more than one key has to do with is checked by `crossChecks`. */
export const bridgeFileSchema = keys(
  {
    language: oneOf(LANGUAGES).describe("What the teams read.").exactOptional(),
    teams: list(team, "- name: Support")
      .max(MAX_TEAMS, { error: `must have at most ${MAX_TEAMS} teams` })
      .describe("The teams; missing: one, with the channel SLACK_CHANNEL.")
      .exactOptional(),
    hours: named(hoursName, openingHours, "office: { timezone: Europe/Amsterdam, … }")
      .describe("Opening hours by name.")
      .exactOptional(),
    ...ofTeams,
    "audit-days": z
      .int({ error: mustBe("a whole number of days, such as 365") })
      .min(1, { error: "must be at least 1" })
      .max(3_650, { error: "must be at most 3650" })
      .describe("How long the audit is kept, in days; missing: 365.")
      .exactOptional(),
    answers: text("the path of a folder, such as ./answers")
      .regex(/\S/, { error: "must be the path of a folder, such as ./answers" })
      .describe("The folder of the canned answers, one Markdown file for each.")
      .exactOptional(),
    texts: named(
      textName,
      z.partialRecord(
        oneOf(LANGUAGES),
        text("a text")
          .max(2_000, { error: "must have at most 2000 characters" })
          .regex(/\S/, { error: "must not be empty" }),
        {
          error: mustBe('a text for each language, such as { nl: "…", en: "…" }'),
        },
      ),
      'waiting: { nl: "…", en: "…" }',
    )
      .describe(
        "What Users are told, in each language, in place of the bridge's own texts or besides them; {opensAt} is when the team is there again.",
      )
      .exactOptional(),
  },
  "language: en",
);

export type BridgeFile = z.output<typeof bridgeFileSchema>;
