import type { Remark } from "../../ops/doctor/check.ts";
import type { Site } from "./site.ts";

/** How Slack reaches the bridge. @throws as {@link Outside.askAppToken} */
export async function checkTransport({
  outside,
  config,
}: Pick<Site, "outside" | "config">): Promise<readonly Remark[]> {
  if (config.slack.appToken) {
    await outside.askAppToken();
    return [{ status: "ok", detail: "Socket Mode, and Slack takes SLACK_APP_TOKEN" }];
  }
  return [
    {
      status: "open",
      detail:
        "HTTP; only a request of Slack's shows that SLACK_SIGNING_SECRET is right and that Slack gets to /slack/events: while the bridge runs, press Retry in your app under Event Subscriptions. It says Verified; otherwise the bridge's log says slack.refused and why, or nothing, and then the request never came",
    },
  ];
}
