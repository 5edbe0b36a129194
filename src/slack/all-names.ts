import type { FindUser } from "./users.ts";

/** All names that Slack has for somebody, as people may write them. Never fails: none if Slack does not say. */
export function createAllNames(findUser: FindUser): (person: string) => Promise<readonly string[]> {
  return async (person) => {
    const user = await findUser(person);
    const { display_name, real_name } = user?.profile ?? {};
    return [display_name, real_name, user?.name].filter((name) => name !== undefined);
  };
}
