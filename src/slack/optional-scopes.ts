import type { Log } from "../log.ts";

/** The scopes without which a feature is off, and all else works. Of each: what is so without it, and how to do without it. */
const OPTIONAL = {
  "chat:write.customize": {
    without:
      "what Users write, and what agents send with quick answers, is posted under the app's own name and picture",
    orElse: "set SHOW_USER_IDENTITY=false",
  },
} as const;

export type OptionalScope = keyof typeof OPTIONAL;

export const isOptional = (scope: string): scope is OptionalScope => Object.hasOwn(OPTIONAL, scope);

const SCOPES = Object.keys(OPTIONAL).filter(isOptional);

export interface OptionalScopes {
  /** Whether what needs the scope is worth a try; also while nothing is known. */
  has(scope: OptionalScope): boolean;
  /** To be called when Slack has refused something without this scope. */
  refused(scope: OptionalScope): void;
  /** To be called with all scopes that the app was given. Returns what to do about each wanted one that is missing. */
  saw(given: readonly string[]): readonly string[];
}

/** Switches the features of missing scopes off, with one warning for each that is wanted, and on again when Slack tells the scope. */
export function createOptionalScopes(
  isWanted: (scope: OptionalScope) => boolean,
  log: Log,
): OptionalScopes {
  const missing = new Set<OptionalScope>();
  function refused(scope: OptionalScope): void {
    if (missing.has(scope)) return;
    missing.add(scope);
    if (isWanted(scope)) log.warn({ scope, advice: adviceFor(scope) }, "feature.off");
  }
  return {
    has: (scope) => !missing.has(scope),
    refused,
    saw(given) {
      for (const scope of SCOPES) {
        if (!given.includes(scope)) refused(scope);
        else if (missing.delete(scope) && isWanted(scope)) log.info({ scope }, "feature.on");
      }
      return [...missing].filter(isWanted).map(adviceFor);
    },
  };
}

function adviceFor(scope: OptionalScope): string {
  const { without, orElse } = OPTIONAL[scope];
  return `The Slack app was not given the scope ${scope}, so ${without}: add it at api.slack.com/apps, OAuth & Permissions (manifest.yml has it), and install the app again; or ${orElse}.`;
}
