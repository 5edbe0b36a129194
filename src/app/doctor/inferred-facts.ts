import type { Sight } from "../../http/look-at-host.ts";
import { isJsonObject, type Json, parseJson } from "../../json.ts";
import { API_VERSION } from "../../parley/parley-api.ts";
import { listedServices } from "./listed-services.ts";
import { versionIn } from "./version-in.ts";

/** `untold`: only a User of Parley's shows it, and the doctor touches none. */
export type Verdict = "expected" | "differs" | "untold";

export type Answer = Extract<Sight, { kind: "answer" }>;

/** What Parley has answered to questions that concern no User; `undefined`: nothing. */
export interface Seen {
  /** To one that identified nobody. */
  readonly stranger: Answer | undefined;
  readonly ourselves: Answer | undefined;
}

export interface InferredFact {
  /** As it stands in docs/architecture.md, or else in words of its own. */
  readonly fact: string;
  /** Missing: it cannot be told without a User. */
  readonly tell?: (seen: Seen) => Verdict;
  /** What shows it, or what to look at if it is otherwise. */
  readonly shownBy: string;
}

const verdict = (isExpected: boolean | undefined): Verdict =>
  isExpected === undefined ? "untold" : isExpected ? "expected" : "differs";

/** Why it is refused nobody says: anything in the authorization may be wrong. */
const isAccepted = ({ ourselves }: Seen): boolean | undefined =>
  ourselves && ourselves.status < 300 ? true : undefined;

const isFlag = (value: Json | undefined): boolean =>
  typeof value === "boolean" || value === "true" || value === "false";

const isService = (service: Json): boolean =>
  isJsonObject(service) && typeof service.identification === "string" && isFlag(service.default);

/** Everything about Parley that is not documented and on which the bridge builds. */
export const INFERRED_FACTS: readonly InferredFact[] = [
  {
    fact: "address of API version 2.5",
    tell({ ourselves }) {
      const version = ourselves && versionIn(ourselves);
      return verdict(version === undefined ? undefined : version === API_VERSION);
    },
    shownBy: "X-Parley-API-Version tells which version answers; set PARLEY_API_URL",
  },
  {
    fact: "path of the list of Services, and its form",
    tell: ({ ourselves }) =>
      verdict(
        ourselves && ourselves.status < 300
          ? listedServices(ourselves)?.every(isService) === true
          : undefined,
      ),
    shownBy: "compare GET /services with your copy of the reference",
  },
  {
    fact: "form of refusals",
    tell: ({ stranger }) =>
      verdict(stranger && stranger.status < 500 ? isRefusal(stranger) : undefined),
    shownBy:
      "a request without authorization should be answered 401 with status ERROR and api_key_not_valid",
  },
  {
    fact: "the authorization's time is in seconds",
    tell: (seen) => verdict(isAccepted(seen)),
    shownBy:
      "if Parley refuses credentials that are right, ask its support whether validUntil is in seconds",
  },
  {
    fact: 'path of "send a message"',
    shownBy: "the first reply of an agent gets a check mark; otherwise set PARLEY_MESSAGES_PATH",
  },
  {
    fact: "how the agent's identity travels",
    shownBy:
      "the User sees the agent's name beside the first reply; otherwise set PARLEY_AGENT_FIELDS",
  },
  {
    fact: "how a line break is written",
    shownBy: "a reply of two lines has two lines for the User; otherwise set PARLEY_LINE_BREAK",
  },
  {
    fact: "how long one message may be",
    shownBy: "a reply of 5,000 characters arrives whole; otherwise set PARLEY_MESSAGE_LENGTH",
  },
  {
    fact: "GET owner's answer",
    shownBy: "/parley-owner in the first thread names the owner",
  },
  {
    fact: "what an unreadable owner means",
    shownBy: "a thread with a warning; PARLEY_OWNER_UNKNOWN says what happens",
  },
  {
    fact: "callback of a handover",
    shownBy: "the first handover opens a thread before the User writes again",
  },
  {
    fact: "no callback of a handover at all",
    shownBy:
      "if the thread opens only with the User's next message, let the bot call POST /parley/handovers",
  },
  {
    fact: "shape of messages and merging",
    shownBy:
      "the first message is in the thread; npm run dead-letters -- list --shapes shows what was not understood",
  },
  {
    fact: "no signature on callbacks",
    shownBy: "callback.refused in the log if PARLEY_CALLBACK_TOKEN is not what Parley sends",
  },
  {
    fact: "only HTTP 200 counts as received",
    shownBy: "callbacks that come twice; the bridge posts them once",
  },
  {
    fact: "`time` of a message is when it was written, in unix seconds",
    shownBy: "no post says that it was written at another time",
  },
  {
    fact: "ids of messages grow",
    shownBy: "messages that were written fast stand in their order",
  },
  {
    fact: "media",
    shownBy: "a file in each direction arrives; otherwise set PARLEY_MEDIA_PATH",
  },
  {
    fact: "hand-back",
    shownBy: "the first hand-back: the bot answers the User's next message",
  },
];

function isRefusal({ status, body }: NonNullable<Seen["stranger"]>): boolean {
  const read = parseJson(body);
  if (status !== 401 || !isJsonObject(read) || read.status !== "ERROR") return false;
  const { notifications } = read;
  return (
    Array.isArray(notifications) &&
    notifications.some((each) => isJsonObject(each) && each.message === "api_key_not_valid")
  );
}
