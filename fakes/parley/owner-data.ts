import type { ParleySettings } from "./options.ts";
import { ownerOf, type ParleyState, type ParleyUser } from "./state.ts";

/** The `data` of GET owner, in the shape that the settings ask for. Inferred: Parley's shape is unknown. */
export function toOwnerData(
  state: ParleyState,
  { shapes }: ParleySettings,
  user: ParleyUser,
): unknown {
  const { identification, name } = ownerOf(state, user);
  const owner = { identification, name };
  const metadata = shapes.ownerMetadata
    ? { metadata: user.handovers.at(-1)?.metadata ?? null }
    : {};
  switch (shapes.owner) {
    case "data":
      return identification;
    case "data.owner":
      return { owner: identification, ...metadata };
    case "data.owner.identification":
      return { owner, ...metadata };
    case "data.identification":
      return { ...owner, ...metadata };
    case "data.service":
      return { service: identification, ...metadata };
    case "data.service.identification":
      return { service: owner, ...metadata };
    case "data.services":
      return {
        services: [...state.services.values()].map((service) => ({
          identification: service.identification,
          name: service.name,
          owner: service.identification === identification ? "true" : "false",
        })),
        ...metadata,
      };
  }
}
