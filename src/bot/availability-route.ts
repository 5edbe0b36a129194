import type { Availability, Team } from "../bridge/desk-ports.ts";
import { momentOrNull } from "../bridge/moment.ts";
import { defined } from "../defined.ts";
import { type Handover, type Routed, route } from "../desk/route.ts";
import type { AuthenticRequests } from "../http/authentic-requests.ts";
import type { Route } from "../http/http-server.ts";
import { isDeeperThan, isJsonObject, MAX_DEPTH, parseJson } from "../json.ts";

export interface AvailabilityRouteOptions {
  requests: Pick<AuthenticRequests, "answer">;
  teams: readonly [Team & Routed, ...(Team & Routed)[]];
  availability: Availability;
  onQuestion: () => void;
}

/**
 * `GET /parley/availability`: how it stands with the team that would get a handover with these facts; what nobody knows is null.
 * 400 the metadata is no JSON object; else see `AuthenticRequests`.
 */
export const createAvailabilityRoute = ({
  requests,
  teams,
  availability,
  onQuestion,
}: AvailabilityRouteOptions): Route => ({
  method: "GET",
  path: "/parley/availability",
  async handle(request, response) {
    await requests.answer(this.path, request, response, async () => {
      const handover = handoverIn(request.url ?? "");
      if (typeof handover === "string") return [400, handover];
      const { team } = route(teams, handover);
      const { open, opensAt, agentsActive, waiting, typicalWaitSeconds } =
        await availability.of(team);
      onQuestion();
      return {
        open,
        opensAt: momentOrNull(opensAt),
        agentsActive: agentsActive ?? null,
        waiting: waiting ?? null,
        typicalWaitSeconds: typicalWaitSeconds ?? null,
        team: team.name,
      };
    });
  },
});

/** The handover that a bot is thinking of; a text: why it is none. */
function handoverIn(url: string): Handover | string {
  const asked = new URLSearchParams(/\?(.*)/s.exec(url)?.[1]);
  const given = (name: string) => asked.get(name) ?? undefined;
  const metadata = parseJson(given("metadata") ?? "{}");
  if (!isJsonObject(metadata)) return "metadata must be a JSON object";
  if (isDeeperThan(metadata, MAX_DEPTH))
    return `metadata is nested deeper than ${MAX_DEPTH} levels`;
  return {
    user: defined({ language: given("language") }),
    metadata: {
      ...metadata,
      ...defined({ reason: given("reason"), reasonCode: given("reasonCode") }),
    },
  };
}
