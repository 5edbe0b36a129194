export type Env = Readonly<Record<string, string | undefined>>;

/** The variable that names a proxy for this address, as Node and other programs read them, and its host without a password. */
function proxyFor(url: string, env: Env): { name: string; host: string } | undefined {
  const scheme = new URL(url).protocol === "https:" ? "HTTPS" : "HTTP";
  const names = [`${scheme.toLowerCase()}_proxy`, `${scheme}_PROXY`];
  const name = names.find((each) => env[each]);
  if (name === undefined || isExcluded(new URL(url), env.no_proxy ?? env.NO_PROXY))
    return undefined;
  return { name, host: URL.parse(env[name] ?? "")?.host ?? "" };
}

/** Whether `NO_PROXY` names the host, or a domain that it is in. */
const isExcluded = ({ hostname, host }: URL, noProxy: string | undefined): boolean =>
  (noProxy ?? "")
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map((entry) => entry.replace(/^\*?\./, ""))
    .some(
      (entry) =>
        entry === "*" || entry === hostname || entry === host || hostname.endsWith(`.${entry}`),
    );

/** Node goes through proxies only where it is told to. */
const usesProxies = (env: Env): boolean =>
  env.NODE_USE_ENV_PROXY === "1" || /--use-env-proxy/.test(env.NODE_OPTIONS ?? "");

/** The end of a sentence about a host, if a proxy leads to it. */
export function describeProxy(url: string, env: Env): string {
  const proxy = usesProxies(env) ? proxyFor(url, env) : undefined;
  return proxy ? `, through the proxy ${proxy.host} of ${proxy.name},` : "";
}

/** What to do about a proxy that is named in vain; `undefined`: nothing. */
export function unusedProxyAdvice(url: string, env: Env): string | undefined {
  const proxy = usesProxies(env) ? undefined : proxyFor(url, env);
  return proxy
    ? `${proxy.name} names the proxy ${proxy.host}, but the bridge does not go through it; set NODE_USE_ENV_PROXY=1 if it has to`
    : undefined;
}
