import type { IncomingHttpHeaders } from "node:http";

/** Lets pages that this machine serves on loopback call the Client API; any other page gets no permission. */
export function corsHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const { origin } = headers;
  if (!origin || !LOOPBACK_ORIGIN.test(origin)) return { vary: "origin" };
  const requested = headers["access-control-request-headers"];
  return {
    vary: "origin",
    "access-control-allow-origin": origin,
    "access-control-allow-methods": "GET, POST, PUT, OPTIONS",
    "access-control-allow-headers":
      requested ?? "authorization, content-type, x-iris-identification",
    "access-control-expose-headers": "x-parley-api-version",
    "access-control-max-age": "600",
  };
}

/** All of 127.0.0.0/8, `localhost` and its subdomains, which browsers never look up, and IPv6; with TLS or without. */
const LOOPBACK_ORIGIN =
  /^https?:\/\/(?:127(?:\.\d{1,3}){3}|(?:[a-z\d-]+\.)*localhost|\[::1\])(?::\d+)?$/i;
