import { examineConfig } from "../../config/read-config.ts";
import { readGiven } from "../../config/read-given.ts";
import type { Check } from "../../ops/doctor/check.ts";
import { checkBridgeFile } from "./check-bridge-file.ts";
import { checkCallbackToken } from "./check-callback-token.ts";
import { checkChannels } from "./check-channels.ts";
import { checkClock } from "./check-clock.ts";
import { checkConfiguration } from "./check-configuration.ts";
import { checkInferred } from "./check-inferred.ts";
import { checkLiveBlocks } from "./check-live-blocks.ts";
import { checkLiveHandover } from "./check-live-handover.ts";
import { checkNetwork } from "./check-network.ts";
import { checkNode } from "./check-node.ts";
import { checkPort } from "./check-port.ts";
import { checkPublicAddress } from "./check-public-address.ts";
import { checkScopes } from "./check-scopes.ts";
import { checkServices } from "./check-services.ts";
import { checkSlackToken } from "./check-slack-token.ts";
import { checkStored } from "./check-stored.ts";
import { checkTransport } from "./check-transport.ts";
import { checkUserGroups } from "./check-user-groups.ts";
import { checkVersion } from "./check-version.ts";
import { openSite, type Site } from "./site.ts";

/** Some hundred questions, and Slack may let us wait in between. */
const LIVE_LIMIT_MS = 10 * 60_000;

/** All that can be checked, in the order in which one repairs it. */
export function createDoctorChecks(
  env: Readonly<Record<string, string | undefined>>,
  { fileIfThere, live }: { readonly fileIfThere: string; readonly live?: string | undefined },
): readonly Check[] {
  const given = readGiven(env);
  const examined = examineConfig(given, { fileIfThere });
  let opened: Site | undefined;
  /** For those that need the configuration: they run only where there is one. */
  const withSite =
    (check: (site: Site) => ReturnType<Check["run"]>): Check["run"] =>
    async () => {
      if (!examined.config) throw new Error("there is no configuration");
      opened ??= openSite(examined.config);
      return await check(opened);
    };

  const settings = ["configuration", "bridge.yaml"];
  const token = ["slack network", "slack token"];
  /** Those that post, for this person. */
  const liveChecks = (who: string): readonly Check[] => [
    {
      name: "live handover",
      needs: [...token, "slack scopes", "slack channels"],
      run: withSite((site) => checkLiveHandover(site, who)),
    },
    { name: "live blocks", needs: token, limitMs: LIVE_LIMIT_MS, run: withSite(checkLiveBlocks) },
  ];

  return [
    { name: "node", run: () => checkNode() },
    { name: "configuration", run: () => checkConfiguration(env, given, examined) },
    { name: "bridge.yaml", run: () => checkBridgeFile(examined) },
    { name: "state", needs: settings, run: withSite(checkStored) },
    { name: "port", needs: settings, run: withSite(({ config }) => checkPort(config)) },
    { name: "clock", needs: settings, run: withSite(checkClock) },
    {
      name: "slack network",
      needs: settings,
      run: withSite(({ config, slack }) => checkNetwork("Slack", config.slack.apiUrl, slack, env)),
    },
    {
      name: "parley network",
      needs: settings,
      run: withSite(({ config, parley }) =>
        checkNetwork("Parley", config.parley.apiUrl, parley, env),
      ),
    },
    {
      name: "slack token",
      needs: [...settings, "slack network"],
      run: withSite(checkSlackToken),
    },
    { name: "slack scopes", needs: token, run: withSite(checkScopes) },
    { name: "slack channels", needs: token, run: withSite(checkChannels) },
    { name: "slack transport", needs: ["slack network"], run: withSite(checkTransport) },
    { name: "slack groups", needs: token, run: withSite(checkUserGroups) },
    { name: "parley", needs: [...settings, "parley network"], run: withSite(checkServices) },
    {
      name: "parley version",
      needs: ["parley network", "parley"],
      run: withSite(checkVersion),
    },
    { name: "inferred", needs: settings, run: withSite(checkInferred) },
    { name: "callback token", run: () => checkCallbackToken(given) },
    { name: "public address", needs: settings, run: withSite(checkPublicAddress) },
    ...(live === undefined ? [] : liveChecks(live)),
  ];
}
