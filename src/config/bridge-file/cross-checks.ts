import { isJsonObject, type JsonObject } from "../../json.ts";
import { USER_TEXTS } from "../desk-rules.ts";
import { MAX_TEAMS } from "./bridge-file-schema.ts";
import { nearestOf } from "./known-keys.ts";
import type { Path, Problem } from "./problem.ts";

/** What is wrong between keys that are right each by itself. Works on whatever the file says, so that all is told at once. */
export function crossChecks(value: unknown, fallbackChannel: string | undefined): Problem[] {
  const file = isJsonObject(value) ? value : {};
  const teams = teamsIn(file);
  return [
    ...doubles("name", teams, ({ name }) => seen(asText(name))),
    ...doubles("channel", teams, ({ channel }) => asText(channel ?? fallbackChannel)),
    ...catchAll(teams),
    ...emptyMetadata(teams),
    ...namesOfHours(file, teams),
    ...namesOfTexts(file, teams),
    ...protoKeys(value, []),
  ];
}

/** Whether a team takes the channel of the environment. */
export function needsFallbackChannel(value: unknown): boolean {
  const { teams } = isJsonObject(value) ? value : {};
  if (!Array.isArray(teams)) return teams === undefined;
  return teams.some((team: unknown) => isJsonObject(team) && !Object.hasOwn(team, "channel"));
}

/** Of more teams than there may be the others are told nothing but that. */
const teamsIn = ({ teams }: JsonObject): readonly JsonObject[] =>
  Array.isArray(teams)
    ? teams.slice(0, MAX_TEAMS).map((team: unknown) => (isJsonObject(team) ? team : {}))
    : [];

const asText = (value: unknown): string | undefined =>
  typeof value === "string" ? value : undefined;

/** What people see of a name, and can tell from another. */
const seen = (name: string | undefined): string | undefined =>
  name
    ?.normalize("NFKC")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .trim()
    .replaceAll(/\s+/g, " ")
    .toLowerCase();

/** Teams that have the same as one before them. */
function doubles(
  key: "name" | "channel",
  teams: readonly JsonObject[],
  valueIn: (team: JsonObject) => string | undefined,
): Problem[] {
  const values = teams.map(valueIn);
  return values.flatMap((value, index) => {
    const first = value === undefined ? index : values.indexOf(value);
    if (first === index) return [];
    const own = key in (teams[index] ?? {}) ? "" : " (SLACK_CHANNEL, because it names none)";
    const says = `is also that of the ${ordinal(first)} team${own}: each team needs a ${key} of its own`;
    return [{ path: ["teams", index, key], says }];
  });
}

const ordinal = (index: number): string => ["first", "second", "third"][index] ?? `${index + 1}th`;

/** One team gets what fits no other: not none, and no more than one. */
function catchAll(teams: readonly JsonObject[]): Problem[] {
  const without = teams.flatMap((team, index) => (Object.hasOwn(team, "when") ? [] : [index]));
  if (teams.length > 0 && without.length === 0) {
    const says =
      "have rules all of them (when): one must have none, for the handovers that fit no rule";
    return [{ path: ["teams"], isAboutKey: true, says }];
  }
  const [first = 0, ...others] = without;
  return others.map((index) => ({
    path: ["teams", index],
    says: `has no rules (when), like the ${ordinal(first)} team, and so would never get a handover: give it rules`,
  }));
}

/** Of no values all fit: such a rule would get everything. The schema does not see `__proto__`, and would call that empty too. */
const emptyMetadata = (teams: readonly JsonObject[]): Problem[] =>
  teams.flatMap(({ when }, team) =>
    (Array.isArray(when) ? when : []).flatMap((rule: unknown, index) => {
      const { metadata } = isJsonObject(rule) ? rule : {};
      if (!isJsonObject(metadata) || Object.keys(metadata).length > 0) return [];
      const says =
        'must name at least one value, such as { "order.total": ">500" }; or leave it out';
      return [{ path: ["teams", team, "when", index, "metadata"], says }];
    }),
  );

function namesOfHours(file: JsonObject, teams: readonly JsonObject[]): Problem[] {
  const known = isJsonObject(file.hours) ? Object.keys(file.hours) : [];
  return teams.flatMap(({ hours }, index) => {
    if (typeof hours !== "string" || known.includes(hours)) return [];
    const nearest = nearestOf(hours, known);
    const advice = nearest ? `; did you mean ${nearest}?` : ": write them under hours, at the top";
    return [{ path: ["teams", index, "hours"], says: `names hours that are not there${advice}` }];
  });
}

/** The texts that steps name: the bridge's own, and those of the file. */
function namesOfTexts(file: JsonObject, teams: readonly JsonObject[]): Problem[] {
  const known = [...USER_TEXTS, ...(isJsonObject(file.texts) ? Object.keys(file.texts) : [])];
  const places: [Path, JsonObject][] = [
    [[], file],
    ...teams.map((team, index): [Path, JsonObject] => [["teams", index], team]),
  ];
  return places.flatMap(([path, place]) =>
    ["waiting", "idle"].flatMap((key) => {
      const given = place[key];
      const steps: readonly [Path, unknown][] = Array.isArray(given)
        ? given.map((step: unknown, index): [Path, unknown] => [[...path, key, index], step])
        : [[[...path, key], given]];
      return steps.flatMap(([at, step]) => {
        const name = isJsonObject(step) ? step["tell-user"] : undefined;
        if (typeof name !== "string" || known.includes(name)) return [];
        const nearest = nearestOf(name, known);
        const advice = nearest
          ? `; did you mean ${nearest}?`
          : ": write it under texts, at the top";
        return [{ path: [...at, "tell-user"], says: `names a text that is not there${advice}` }];
      });
    }),
  );
}

/** Such keys get lost in many places, and a rule with one condition less would fit more than is meant. */
function protoKeys(value: unknown, path: Path): Problem[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return key === "__proto__"
      ? [{ path: at, isAboutKey: true, says: "cannot be a key here" }]
      : protoKeys(item, at);
  });
}
