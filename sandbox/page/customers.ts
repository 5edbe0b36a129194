import { randomUUID } from "node:crypto";
import { makeUserAuthorization } from "../../fakes/parley/authorization.ts";
import type { FakeParley } from "../../fakes/parley/fake-parley.ts";
import type { CustomerRow } from "./wire.ts";

/** 2100-01-01. */
const FAR_AHEAD_SECONDS = 4_102_444_800;

const NAMES = [
  "Ada Lovelace",
  "Grace Hopper",
  "Alan Turing",
  "Edsger Dijkstra",
  "Katherine Johnson",
  "Radia Perlman",
];

/** Opens Parley's client app on one more device; it asks the Client API as an app would. */
export async function registerCustomer(parley: FakeParley): Promise<string> {
  const device = randomUUID();
  const name = NAMES[parley.state.devices.size];
  await register(
    parley,
    device,
    {},
    {
      ...(name !== undefined && {
        userAdditionalInformation: {
          name,
          email: `${name.split(" ")[0]?.toLowerCase()}@customer.example`,
        },
      }),
    },
  );
  return device;
}

/** The same device, now of a registered User; Parley merges the anonymous one into it. */
export async function signIn(parley: FakeParley, device: string): Promise<void> {
  const customerId = `customer-${[...parley.state.devices.keys()].indexOf(device) + 1}`;
  await register(parley, device, { authorization: authorizationOf(parley, customerId) }, {});
}

/** The same each time, so that nothing changes when it is told again. */
const authorizationOf = (parley: FakeParley, customerId: string): string =>
  makeUserAuthorization({
    customerId,
    clientSecret: parley.account.clientSecret,
    validUntilSeconds: FAR_AHEAD_SECONDS,
  });

async function register(
  parley: FakeParley,
  device: string,
  headers: Readonly<Record<string, string>>,
  body: object,
): Promise<void> {
  const response = await fetch(`${parley.clientApiDomain}/clientApi/v1.9/devices`, {
    method: "POST",
    headers: {
      "x-iris-identification": `${parley.account.identification}:${device}`,
      "content-type": "application/json",
      ...headers,
    },
    body: JSON.stringify({ type: 4, version: "010000", ...body }),
  });
  if (!response.ok) throw new Error(`POST /devices answered ${response.status}`);
}

export function toCustomerRows(parley: FakeParley): Record<string, CustomerRow> {
  const rows: Record<string, CustomerRow> = {};
  let number = 0;
  for (const { identification: device, userId } of parley.state.devices.values()) {
    number += 1;
    const user = parley.state.users.get(userId);
    if (!user) continue;
    const { messages, agent, owner, uniqueIdentifier } = user;
    const line = parley.bot?.lineFor(userId);
    const ownerService = parley.state.services.get(owner ?? parley.botService.identification);
    rows[device] = {
      device,
      userId,
      name: nameIn(user.additionalInformation) ?? `Visitor ${number}`,
      isRegistered: uniqueIdentifier !== null,
      ...(uniqueIdentifier !== null && {
        authorization: authorizationOf(parley, uniqueIdentifier),
      }),
      owner: ownerService?.name ?? "",
      isWithAgents: owner === parley.agentService.identification,
      ...(line && { line }),
      unseen: messages.filter(({ typeId, status }) => typeId === 2 && status < 4).length,
      version: `${userId} ${messages.length} ${messages.at(-1)?.id ?? 0} ${JSON.stringify(agent)}`,
    };
  }
  return rows;
}

function nameIn(information: unknown): string | undefined {
  if (typeof information !== "object" || information === null) return undefined;
  return "name" in information && typeof information.name === "string"
    ? information.name
    : undefined;
}
