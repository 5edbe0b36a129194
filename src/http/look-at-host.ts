import { X509Certificate } from "node:crypto";
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  Agent as PlainAgent,
  globalAgent as plainAgent,
  request as requestHttp,
} from "node:http";
import { Agent, globalAgent, request as requestHttps } from "node:https";
import {
  checkServerIdentity,
  type DetailedPeerCertificate,
  getCACertificates,
  type PeerCertificate,
  TLSSocket,
} from "node:tls";
import { defined } from "../defined.ts";
import { readWhole } from "./read-text.ts";
import { unpacked } from "./unpacked.ts";

/** What is seen of a host by one request. */
export type Sight =
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly headers: IncomingHttpHeaders;
      /** Empty if it is longer than {@link MAX_BYTES}. */
      readonly body: string;
      /** When the answer arrived, ms since the epoch. */
      readonly seenAt: number;
      /** Who vouches for its certificate, if that is none of those whom Node trusts by itself. */
      readonly ownAuthority?: string;
    }
  /** There was none, or not all of it. `code` is Node's, or `SILENT`: not in time. */
  | { readonly kind: "none"; readonly code: string; readonly certificate?: Certificate };

/** A certificate that is not trusted. */
export interface Certificate {
  /** Whoever has signed it, as it says itself. */
  readonly issuer: string;
  /** It is one for the host that was asked. */
  readonly isOfHost: boolean;
}

/** Far more than an answer that is meant for programs. */
const MAX_BYTES = 1_000_000;
const MAX_NAME = 80;

type Headers = Readonly<Record<string, string>>;

interface Request {
  readonly method: "GET" | "HEAD";
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** Where there is no encryption. */
  readonly plain?: PlainAgent;
  readonly rejectUnauthorized?: false;
}

/**
 * Asks for an address, and tells what became of that. `headers` go only where the certificate is trusted; redirects are not
 * followed. Takes at most twice `timeoutMs`, and never fails.
 */
export const lookAtHost = (url: string, timeoutMs: number, headers: Headers = {}): Promise<Sight> =>
  lookThrough(plainAgent, url, timeoutMs, headers);

/** The same of a port of this machine, where no proxy leads to, whatever the environment says. `url` begins with `http:`. */
export const lookAtOwnPort = (url: string, timeoutMs: number): Promise<Sight> =>
  lookThrough(new PlainAgent(), url, timeoutMs, {});

async function lookThrough(
  plain: PlainAgent,
  url: string,
  timeoutMs: number,
  headers: Headers,
): Promise<Sight> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await look(url, { method: "GET", headers, signal, plain });
  } catch (error) {
    // Whatever breaks because of it.
    const code = signal.aborted ? "SILENT" : codeOf(error);
    const certificate = isOfCertificate(code) ? await certificateOf(url, timeoutMs) : undefined;
    return { kind: "none", code, ...defined({ certificate }) };
  }
}

/** Whether Node refuses the certificate of the other side. */
export const isOfCertificate = (code: string): boolean =>
  /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT_)/.test(code);

async function look(url: string, request: Request): Promise<Sight> {
  const response = await ask(url, request);
  const seenAt = Date.now();
  const { socket, headers, statusCode: status = 0 } = response;
  const ownAuthority = socket instanceof TLSSocket ? ownAuthorityOf(socket) : undefined;
  const body = (await readWhole(unpacked(response), MAX_BYTES)) ?? "";
  return { kind: "answer", status, headers, body, seenAt, ...defined({ ownAuthority }) };
}

async function ask(
  url: string,
  { headers: own, plain = plainAgent, ...options }: Request,
): Promise<IncomingMessage> {
  const isEncrypted = url.startsWith("https:");
  // Connections and sessions of their own: one that is used again says nothing of the certificate. The rest, proxies too, is as always.
  const agent = isEncrypted
    ? new Agent({ ...globalAgent.options, keepAlive: false, maxCachedSessions: 0 })
    : plain;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const usual = { accept: "application/json", "accept-encoding": "gzip", connection: "close" };
  const headers = { ...usual, ...own };
  const request = isEncrypted ? requestHttps : requestHttp;
  request(url, { agent, headers, ...options }, resolve)
    .on("error", reject)
    .end();
  return await promise;
}

async function certificateOf(url: string, timeoutMs: number): Promise<Certificate | undefined> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await ask(url, {
      method: "HEAD",
      headers: {},
      signal,
      rejectUnauthorized: false,
    });
    const { socket } = response;
    if (!(socket instanceof TLSSocket)) return undefined;
    const certificate = socket.getPeerCertificate();
    response.destroy();
    const isOfHost = checkServerIdentity(new URL(url).hostname, certificate) === undefined;
    return { issuer: nameOf(certificate.issuer), isOfHost };
  } catch {
    return undefined;
  }
}

function ownAuthorityOf(socket: TLSSocket): string | undefined {
  let root = socket.getPeerCertificate(true);
  // The last one has signed itself.
  while (isSigned(root)) root = root.issuerCertificate;
  if (!root.raw) return undefined;
  const fingerprint = new X509Certificate(root.raw).fingerprint256;
  const isBundled = getCACertificates("bundled").some(
    (each) => new X509Certificate(each).fingerprint256 === fingerprint,
  );
  return isBundled ? undefined : nameOf(root.subject);
}

const isSigned = ({ issuerCertificate, fingerprint256 }: DetailedPeerCertificate): boolean =>
  issuerCertificate !== undefined && issuerCertificate.fingerprint256 !== fingerprint256;

const nameOf = ({ O: organisation, CN: name }: PeerCertificate["issuer"]): string =>
  [organisation, name].flat().filter(Boolean).join(", ").slice(0, MAX_NAME) || "somebody unnamed";

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "BROKEN";
