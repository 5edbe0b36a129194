import { ConfigError, NetworkError } from "../../errors.ts";
import { type Certificate, isOfCertificate, type Sight } from "../../http/look-at-host.ts";
import { parseJson } from "../../json.ts";
import { type Remark, withWarnings } from "../../ops/doctor/check.ts";
import { describeProxy, type Env, unusedProxyAdvice } from "./proxy-of.ts";

/**
 * Whether requests reach one of the two sides, and come back from it and not from something on the way.
 *
 * @throws {ConfigError} somebody has to act; says what to do · {NetworkError} it can pass
 */
export async function checkNetwork(
  side: "Slack" | "Parley",
  url: string,
  look: () => Promise<Sight>,
  env: Env,
): Promise<readonly Remark[]> {
  const sight = await look();
  const advice = unusedProxyAdvice(url, env);
  const warnings = advice === undefined ? [] : [advice];
  const place = `${hostOf(url)}${describeProxy(url, env)}`;
  const variable = side === "Slack" ? "SLACK_API_URL" : "PARLEY_API_URL";
  if (sight.kind === "none") {
    // A firewall that wants a proxy to be used shows in this way.
    throw failureOf(sight, { place, url, variable, hint: advice ? `. Besides, ${advice}` : "" });
  }
  refusePage(sight, { side, place, variable });
  const authority = sight.ownAuthority;
  const trusted = authority
    ? `, by the certificate of ${authority}, which is no public authority: something on the way may read along`
    : "";
  return withWarnings(`${place} answers${trusted}`, warnings);
}

const hostOf = (url: string): string => new URL(url).host;

interface Asked {
  readonly place: string;
  readonly url: string;
  readonly variable: string;
  readonly hint: string;
}

/** Why a host that was asked has not answered, and what to do. */
export function failureOf(
  { code, certificate }: Extract<Sight, { kind: "none" }>,
  { place, url, variable, hint }: Asked,
): ConfigError | NetworkError {
  const passing = (text: string) => new NetworkError(`${text}${hint}`);
  const { hostname } = new URL(url);
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return passing(
        `the name of ${place} is not found (${code}); check the DNS of this machine (getent hosts ${hostname}), and ${variable}`,
      );
    case "ECONNREFUSED":
      return passing(
        `${place} refuses the connection (${code}); check ${variable}, the firewall, and whether anything listens there`,
      );
    case "SILENT":
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return passing(
        `${place} does not answer in time (${code}); check that the firewall lets this machine out to it, or whether a proxy is needed (HTTPS_PROXY with NODE_USE_ENV_PROXY=1)`,
      );
    case "EPROTO":
    case "ERR_SSL_WRONG_VERSION_NUMBER":
      return new ConfigError([
        `${place} does not speak TLS (${code}); check ${variable}, which begins with https:, and what is on the way`,
      ]);
    default:
      return isOfCertificate(code)
        ? new ConfigError([distrustOf(code, place, certificate)])
        : passing(`${place} breaks off the connection (${code}); check the proxy and the firewall`);
  }
}

function distrustOf(code: string, place: string, certificate: Certificate | undefined): string {
  const of = `the certificate of ${place}`;
  const { issuer, isOfHost } = certificate ?? { issuer: "somebody unknown", isOfHost: true };
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return `${of}, issued by ${issuer}, has expired (${code}); set this machine's clock if it is wrong, else that host or a proxy on the way has to renew it`;
    case "CERT_NOT_YET_VALID":
      return `${of}, issued by ${issuer}, is not valid yet (${code}); set this machine's clock (timedatectl set-ntp true)`;
    default:
      return isOfHost && code !== "ERR_TLS_CERT_ALTNAME_INVALID"
        ? `${of} is issued by ${issuer}, whom this machine does not trust (${code}): most likely a proxy that opens TLS. Ask whoever runs it for its root certificate, and name that file in NODE_EXTRA_CA_CERTS, or let Node trust what the system trusts with NODE_OPTIONS=--use-system-ca`
        : `${of}, issued by ${issuer}, is one of another host (${code}); check DNS and hosts file, and what is on the way`;
  }
}

/** @throws {NetworkError} {ConfigError} it is no answer of a program */
function refusePage(
  { status, headers, body }: Extract<Sight, { kind: "answer" }>,
  { side, place, variable }: { side: string; place: string; variable: string },
): void {
  if (status === 407) {
    throw new ConfigError([
      `a proxy in front of ${place} wants a name and a password (407); write them into HTTPS_PROXY`,
    ]);
  }
  if (status >= 500 || status === 429) {
    throw new NetworkError(`${place} answers ${status} to everything`);
  }
  if (status >= 300 && status < 400) {
    throw new ConfigError([
      `${place} leads elsewhere (${status}), as a proxy does that wants a login; ${side} never does. Check ${variable}, and what is on the way`,
    ]);
  }
  if (parseJson(body) !== undefined) return;
  const kind = /^[\w.+-]+\/[\w.+-]+/.exec(headers["content-type"] ?? "")?.[0] ?? "something";
  throw new ConfigError([
    `${place} answers ${status} with ${kind}, which is no answer of ${side}'s: a page of a proxy or of another host. Check ${variable}, and let the proxy pass ${side}`,
  ]);
}
