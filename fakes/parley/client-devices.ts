import { type ApiCall, toJsonObject } from "./api-call.ts";
import { verifyUserAuthorization } from "./authorization.ts";
import type { Conversations } from "./conversations.ts";
import { type Answer, type Notification, Refusal, toSuccess } from "./envelope.ts";
import type { Journal } from "./journal.ts";
import type { ParleySettings } from "./options.ts";
import { addUser, type ParleyState, type ParleyUser, userOf } from "./state.ts";

/** Which User a client app speaks for. */
export interface ClientDevices {
  /** POST /devices: a first or repeated registration, with Authorization that of a registered User. */
  register(call: ApiCall): Answer;
  /**
   * The User of a device that has registered.
   * @throws {Refusal} 401 `api_key_not_valid`, `device_not_registered`,
   * `device_requires_authorization`, `authentication_…`
   */
  identify(call: ApiCall): ParleyUser;
}

export function createClientDevices(
  state: ParleyState,
  settings: ParleySettings,
  journal: Journal,
  conversations: Conversations,
): ClientDevices {
  const { account } = settings;

  const deviceOf = ({ headers }: ApiCall): string => {
    const [identification, device = "", ...rest] = String(
      headers["x-iris-identification"] ?? "",
    ).split(":");
    const isValid = identification === account.identification && device.length >= 10;
    if (!isValid || rest.length > 0) throw new Refusal(401, "api_key_not_valid");
    return device;
  };

  const customerOf = ({ headers }: ApiCall): string | null => {
    if (!headers.authorization) return null;
    const result = verifyUserAuthorization(headers.authorization, {
      clientSecret: account.clientSecret,
      nowMs: Date.now(),
    });
    if ("customerId" in result) return result.customerId;
    throw new Refusal(result.problem === "api_key_not_valid" ? 401 : 400, result.problem);
  };

  /** A device whose registered User logs out or changes gets another User; only anonymous ones are merged. */
  const userFor = (customerId: string | null, current: ParleyUser | undefined): ParleyUser => {
    if (customerId === null) {
      return current?.uniqueIdentifier === null ? current : addUser(state, {});
    }
    if (current?.uniqueIdentifier === customerId) return current;
    const known = [...state.users.values()].find((user) => user.uniqueIdentifier === customerId);
    const user = known ?? addUser(state, { uniqueIdentifier: customerId });
    if (current?.uniqueIdentifier === null) {
      for (const outcome of conversations.merge(current, user)) outcome.catch(journal.failed);
    }
    return user;
  };

  return {
    register(call) {
      const identification = deviceOf(call);
      const customerId = customerOf(call);
      const { userAdditionalInformation } = toJsonObject(call);
      const information = toInformation(userAdditionalInformation);
      const notifications: Notification[] = [
        { type: "success", message: "device_successfully_subscribed" },
      ];
      if (information === undefined) {
        notifications.push({ type: "warning", message: "malformed_userAdditionalInformation" });
      }
      const device = state.devices.get(identification);
      const user = userFor(customerId, device && userOf(state, device.userId));
      state.devices.set(identification, { identification, userId: user.id });
      if (information) user.additionalInformation = information;
      journal.changed({ kind: "user", userId: user.id });
      return toSuccess(call, {}, { notifications });
    },
    identify(call) {
      const identification = deviceOf(call);
      const customerId = customerOf(call);
      const device = state.devices.get(identification);
      if (!device) throw new Refusal(400, "device_not_registered");
      const user = userOf(state, device.userId);
      // Its app goes on only when somebody signs in again, or when it registers anew as an anonymous User.
      if (customerId === null && user.uniqueIdentifier !== null) {
        throw new Refusal(400, "device_requires_authorization");
      }
      if (customerId !== null && customerId !== user.uniqueIdentifier) {
        throw new Refusal(400, "authentication_not_valid");
      }
      return user;
    },
  };
}

/** An object, or the JSON text of one as older apps send it; null when absent, undefined when malformed. */
function toInformation(value: unknown): object | null | undefined {
  if (value === undefined || value === null || value === "") return null;
  if (typeof value !== "string") return typeof value === "object" ? value : undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "object" ? parsed : undefined;
  } catch {
    return undefined;
  }
}
