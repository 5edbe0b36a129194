import { ACTIONS, type ActionName, FORMS } from "../../src/views/actions.ts";
import { pressEntry } from "../support/press-entry.ts";
import { eventually } from "./eventually.ts";
import type { Random } from "./random.ts";
import type { Stage } from "./stage.ts";
import { AGENTS, colleagueOf, LEAD } from "./teams.ts";

interface Root {
  readonly channel: string;
  readonly ts: string;
}

/** Somebody takes the User, lets them go, or gives them to a colleague; some do it at once with somebody else. */
export async function pressClaim(stage: Stage, root: Root, random: Random): Promise<void> {
  const agent = random.pick(AGENTS);
  const people = random.chance(0.3) ? AGENTS : [agent];
  const deed = random.pick(["take", "take", "release", "assign"] as const);
  if (deed === "assign") return await assign(stage, root, agent);
  await Promise.all(people.map((user) => press(stage, deed, { ...root, user })));
  // Whoever leads may release a colleague's User.
  if (deed === "release") await press(stage, deed, { ...root, user: LEAD });
}

/** Nothing is pressed where the root does not offer it any more, or is gone. */
export const press = (
  { slack }: Stage,
  name: Extract<ActionName, "take" | "release">,
  where: Root & { readonly user: string },
): Promise<unknown> => slack.click({ ...where, actionId: ACTIONS[name].id }).catch(() => undefined);

async function assign({ slack }: Stage, root: Root, agent: (typeof AGENTS)[number]): Promise<void> {
  const known = new Set(slack.state.views.keys());
  const isForm = (metadata: string) => FORMS.assign.read(metadata)?.ts === root.ts;
  const asked = await Promise.resolve()
    .then(() => pressEntry(slack, "assign", { ...root, user: agent }))
    .catch(() => undefined);
  if (asked?.status !== "delivered") return;
  const open = await eventually(
    () =>
      [...slack.state.views.values()].find(
        ({ user, view }) => user === agent && !known.has(view.id) && isForm(view.private_metadata),
      ),
    { timeoutMs: 4_000, what: "a form" },
  ).catch(() => undefined);
  if (!open) return;
  const values = { agent: colleagueOf(agent), note: "Yours" };
  await slack
    .submitView({ user: agent, viewId: open.view.id, values })
    // It has expired, or they have pressed twice and sent it off.
    .catch(() => undefined);
}
