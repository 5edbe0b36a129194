import type { MessageToUser, Parley, Service } from "../bridge/ports.ts";
import type { Config } from "../config/read-config.ts";
import { attribute } from "../convert/to-parley/attribute.ts";
import { defined } from "../defined.ts";
import { NetworkError } from "../errors.ts";
import { toServiceId } from "../ids.ts";
import { isJsonObject, type Json } from "../json.ts";
import type { ParleyApi } from "./parley-api.ts";
import { isTrue, readOwner } from "./read-owner.ts";

/** Parley's Service API. Paths and bodies beyond the handover protocol are Inferred; see docs/architecture.md. */
export function createParleyClient(api: ParleyApi, options: Config["parley"]): Parley {
  return {
    self: toServiceId(options.serviceId),

    async services() {
      const data = await api.call({ method: "GET", path: "/services", idempotent: true });
      const services = isJsonObject(data) ? data.services : undefined;
      if (!Array.isArray(services)) throw new NetworkError("GET /services: no list of Services");
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
      return readOwner(await api.call({ method: "GET", path, idempotent: true }));
    },

    async setOwner(userId, newOwner, metadata) {
      const path = `/users/${encodeURIComponent(userId)}/owner`;
      await api.call({ method: "PUT", path, json: { newOwner, metadata }, idempotent: true });
    },

    async send(userId, message) {
      const path = options.messagesPath.replace("{userId}", encodeURIComponent(userId));
      await api.call({
        method: "POST",
        path,
        json: messageBody(message, options.agentFields),
        idempotent: false,
        needsNoEnvelope: options.emptyAnswer === "delivered",
      });
    },

    async unsetAgent(userId) {
      const path = `/users/${encodeURIComponent(userId)}/agent/unset`;
      await api.call({ method: "PUT", path, idempotent: true });
    },
  };
}

function messageBody(
  { text, media, agent }: MessageToUser,
  agentFields: Config["parley"]["agentFields"],
): Json {
  const content = defined({ message: text, media });
  if (!agent) return content;
  const { id, name, avatar } = agent;
  switch (agentFields) {
    case "object":
      return { ...content, agent: defined({ id, name, avatar }) };
    case "object-without-id":
      return { ...content, agent: defined({ name, avatar }) };
    case "flat":
      return {
        ...content,
        agentId: id,
        agentName: name,
        ...defined({ agentAvatar: avatar }),
      };
    case "none":
      return text === undefined ? content : { ...content, message: attribute(name, text) };
  }
}
