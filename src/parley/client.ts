import got from "got";
import type { MessageToUser, Parley, Service } from "../bridge/ports.ts";
import { attribute } from "../convert/attribute.ts";
import { BridgeError, NetworkError, UncertainDeliveryError } from "../errors.ts";
import { toServiceId } from "../ids.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { Secret } from "../secret.ts";
import { createAuthorizer } from "./authorization.ts";
import { toCallError } from "./call-error.ts";
import { readEnvelope } from "./envelope.ts";
import { isTrue, readOwner } from "./owner-shape.ts";

export interface ParleyClientOptions {
  readonly serviceId: string;
  readonly accountId: string;
  readonly sharedSecret: Secret;
  /** Without a trailing slash. */
  readonly apiUrl: string;
  /** Inferred path of "send a message"; `{userId}` is replaced. */
  readonly messagesPath: string;
  /** Inferred fields of the agent's identity. */
  readonly agentFields: "object" | "object-without-id" | "flat" | "none";
  readonly connectTimeoutMs: number;
  readonly responseTimeoutMs: number;
}

/** Parley's header for v2.5 (Inferred from the documented rule). */
export const API_VERSION = "20500";

interface Call {
  readonly method: "GET" | "PUT" | "POST";
  readonly path: string;
  readonly json?: Json;
  /** Whether doing it twice is the same as doing it once. */
  readonly idempotent: boolean;
}

/** Parley's Service API. Paths and bodies beyond the handover protocol are Inferred; see docs/architecture.md. */
export function createParleyClient(options: ParleyClientOptions): Parley {
  const http = got.extend({
    throwHttpErrors: false,
    // Repeating is the lanes' decision.
    retry: { limit: 0 },
    // Parley answers itself; a redirect could carry our authorization elsewhere.
    followRedirect: false,
    headers: { "X-Parley-API-Version": API_VERSION },
    timeout: {
      lookup: options.connectTimeoutMs,
      connect: options.connectTimeoutMs,
      secureConnect: options.connectTimeoutMs,
      response: options.responseTimeoutMs,
      request: options.responseTimeoutMs + 2 * options.connectTimeoutMs,
    },
  });

  const authorize = createAuthorizer(options);

  async function call({ method, path, json, idempotent }: Call): Promise<Json | undefined> {
    const name = `${method} ${path}`;
    const answer = await http(options.apiUrl + path, {
      method,
      headers: { authorization: authorize() },
      ...(json !== undefined && { json }),
    }).catch((error: unknown) => {
      throw toCallError(name, error, idempotent);
    });
    try {
      return readEnvelope(name, {
        status: answer.statusCode,
        body: answer.body,
        retryAfter: answer.headers["retry-after"],
      });
    } catch (error) {
      // A defect of our own, but Parley has the request.
      if (!(error instanceof BridgeError) && !idempotent) {
        throw new UncertainDeliveryError(`${name}: answer not read`, { cause: error });
      }
      if (error instanceof UncertainDeliveryError && idempotent) {
        throw new NetworkError(error.message, { cause: error });
      }
      throw error;
    }
  }

  return {
    self: toServiceId(options.serviceId),

    async services() {
      const data = await call({ method: "GET", path: "/services", idempotent: true });
      const services = isJsonObject(data) && Array.isArray(data.services) ? data.services : [];
      return services.flatMap((service: Json): Service[] => {
        if (!isJsonObject(service) || typeof service.identification !== "string") return [];
        const { identification, name } = service;
        return [
          {
            id: toServiceId(identification),
            name: typeof name === "string" && name !== "" ? name : identification,
            isDefault: isTrue(service.default),
          },
        ];
      });
    },

    async ownerOf(userId) {
      const path = `/users/${encodeURIComponent(userId)}/owner`;
      return readOwner(await call({ method: "GET", path, idempotent: true }));
    },

    async setOwner(userId, newOwner, metadata) {
      const path = `/users/${encodeURIComponent(userId)}/owner`;
      await call({ method: "PUT", path, json: { newOwner, metadata }, idempotent: true });
    },

    async send(userId, message) {
      const path = options.messagesPath.replace("{userId}", encodeURIComponent(userId));
      const json = messageBody(message, options.agentFields);
      await call({ method: "POST", path, json, idempotent: false });
    },

    async unsetAgent(userId) {
      const path = `/users/${encodeURIComponent(userId)}/agent/unset`;
      await call({ method: "PUT", path, idempotent: true });
    },
  };
}

function messageBody(
  { text, media, agent }: MessageToUser,
  agentFields: ParleyClientOptions["agentFields"],
): Json {
  const content = { ...(text !== undefined && { message: text }), ...(media && { media }) };
  if (!agent) return content;
  const { id, name, avatar } = agent;
  switch (agentFields) {
    case "object":
      return { ...content, agent: { id, name, ...(avatar && { avatar }) } };
    case "object-without-id":
      return { ...content, agent: { name, ...(avatar && { avatar }) } };
    case "flat":
      return {
        ...content,
        agentId: id,
        agentName: name,
        ...(avatar && { agentAvatar: avatar }),
      };
    case "none":
      return { ...content, ...(text !== undefined && { message: attribute(name, text) }) };
  }
}
