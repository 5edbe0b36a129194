import type { ActionResult } from "../wire.ts";

/** Asks the server to do something; the words of its problem, empty when there is none. */
export async function act(name: string, input: object = {}): Promise<string> {
  return send(`/do/${name}`, "application/json", JSON.stringify(input));
}

/** Shares a file in Slack. */
export async function share(
  file: File,
  place: { readonly user: string; readonly channel: string; readonly threadTs?: string },
): Promise<string> {
  const { user, channel } = place;
  const query = new URLSearchParams({ user, channel, name: file.name });
  if (place.threadTs !== undefined) query.set("threadTs", place.threadTs);
  return send(`/do/share?${query}`, file.type || "application/octet-stream", file);
}

async function send(url: string, contentType: string, body: BodyInit): Promise<string> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": contentType, "x-sandbox": "1" },
      body,
    });
    const { problem } = (await response.json()) as ActionResult;
    return problem;
  } catch {
    return "The sandbox does not answer. Is it still running?";
  }
}
