import type { WebClient } from "@slack/web-api";
import { callSlack } from "./web-api.ts";

/** Whether Slack says that somebody is active; of whom it says nothing, they are not. It throws a member of the error family. */
export const createIsActive =
  (client: WebClient) =>
  async (person: string): Promise<boolean> => {
    const ask = () => client.users.getPresence({ user: person });
    const { presence } = await callSlack("users.getPresence", ask, { idempotent: true });
    return presence === "active";
  };
