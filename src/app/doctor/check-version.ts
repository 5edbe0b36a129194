import type { Remark } from "../../ops/doctor/check.ts";
import { API_VERSION } from "../../parley/parley-api.ts";
import type { Site } from "./site.ts";
import { versionIn } from "./version-in.ts";

/** Which version of Parley's API answers. */
export async function checkVersion({ parley }: Pick<Site, "parley">): Promise<readonly Remark[]> {
  const version = versionIn(await parley());
  if (version === API_VERSION) {
    return [{ status: "ok", detail: `X-Parley-API-Version is ${version}` }];
  }
  return [
    {
      status: "warning",
      detail:
        version === undefined
          ? "Parley's answers have no X-Parley-API-Version, so nobody can tell which version answers; ask Parley support"
          : `version ${version} of Parley's API answers, and the bridge is made for ${API_VERSION}; check PARLEY_API_URL, and whether there is a newer bridge`,
    },
  ];
}
