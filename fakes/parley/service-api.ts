import { type ApiCall, findRoute, route, toJsonObject } from "./api-call.ts";
import { verifyServiceAuthorization } from "./authorization.ts";
import type { Conversations } from "./conversations.ts";
import { type Answer, Refusal, toSuccess } from "./envelope.ts";
import type { Journal } from "./journal.ts";
import { findMedia, storeUpload, toDownload } from "./media.ts";
import { toDraft } from "./message-draft.ts";
import type { ParleySettings } from "./options.ts";
import { toOwnerData } from "./owner-data.ts";
import type { ParleyService, ParleyState, ParleyUser } from "./state.ts";

/** Answers one call of a Service. */
export type ServiceApi = (
  call: ApiCall,
  identified: (service: ParleyService) => void,
) => Answer | Promise<Answer>;

/**
 * Service API 2.5. Paths and rules that Parley does not publish are Inferred; so is every error code but
 * `api_key_not_valid`.
 */
export function createServiceApi(
  state: ParleyState,
  settings: ParleySettings,
  journal: Journal,
  conversations: Conversations,
): ServiceApi {
  const { account, rules, shapes } = settings;

  const findUser = (userId: string | undefined): ParleyUser => {
    const user = userId === undefined ? undefined : state.users.get(userId);
    if (!user) throw new Refusal(400, "user_not_found");
    return user;
  };
  const assertOwner = (user: ParleyUser, service: ParleyService, othersMay: boolean) => {
    if (!othersMay && user.owner !== service.identification) throw new Refusal(400, "not_owner");
  };

  const routes = [
    route<ParleyService>("GET", "/services", (call) => {
      const services = [...state.services.values()].map(
        ({ identification, name, default: is }) => ({
          identification,
          name,
          default: shapes.default === "string" ? String(is) : is,
        }),
      );
      return toSuccess(call, { services }, { withoutValues: true });
    }),
    route<ParleyService>("GET", "/users/:userId/owner", (call, service, { userId }) => {
      const user = findUser(userId);
      assertOwner(user, service, rules.nonOwnerMayGetOwner);
      return toSuccess(call, toOwnerData(state, settings, user));
    }),
    route<ParleyService>("PUT", "/users/:userId/owner", (call, service, { userId }) => {
      const user = findUser(userId);
      const { newOwner, metadata } = toJsonObject(call);
      if (typeof newOwner !== "string") throw new Refusal(400, "missing_newOwner");
      const to = state.services.get(newOwner);
      if (!to) throw new Refusal(400, "service_not_found");
      assertOwner(user, service, rules.nonOwnerMayPutOwner);
      conversations.changeOwner(user, to, metadata, service.identification)?.catch(journal.failed);
      return toSuccess(
        call,
        {},
        {
          notifications: [{ type: "success", message: "owner_updated_successfully" }],
          root: { media: {} },
        },
      );
    }),
    route<ParleyService>("POST", "/users/:userId/messages", (call, service, { userId }) => {
      const user = findUser(userId);
      assertOwner(user, service, rules.nonOwnerMaySend);
      const message = conversations.receiveFromService(user, toDraft(toJsonObject(call)));
      return toSuccess(call, { messageId: String(message.id) });
    }),
    route<ParleyService>("PUT", "/users/:userId/agent/unset", (call, service, { userId }) => {
      const user = findUser(userId);
      assertOwner(user, service, rules.nonOwnerMayUnsetAgent);
      user.agent = null;
      journal.changed({ kind: "agent", userId: user.id });
      return toSuccess(call, {});
    }),
    route<ParleyService>("POST", "/users/:userId/event/:name", (call, service, params) => {
      const user = findUser(params.userId);
      assertOwner(user, service, rules.nonOwnerMaySend);
      const isTyping = { startTyping: Math.floor(settings.now() / 1000), stopTyping: 0 };
      if (params.name !== "startTyping" && params.name !== "stopTyping") {
        throw new Refusal(400, "event_not_found");
      }
      if (user.agent) user.agent = { ...user.agent, isTyping: isTyping[params.name] };
      journal.changed({ kind: "typing", userId: user.id, by: "agent" });
      return toSuccess(call, {});
    }),
    route<ParleyService>("POST", "/media", async (call, service) => {
      const { uploadId } = await storeUpload(state, {
        body: call.body,
        contentType: call.headers["content-type"],
        uploadedBy: `service:${service.identification}`,
        accountId: account.id,
        nowMs: settings.now(),
      });
      journal.changed({ kind: "media", id: uploadId });
      return toSuccess(call, { media: uploadId });
    }),
    route<ParleyService>("GET", "/media/:year/:month/:day/:filename", (_call, _service, path) => {
      const media = findMedia(state, path);
      if (!media) throw new Refusal(400, "media_not_found");
      return toDownload(media);
    }),
  ];

  return (call, identified) => {
    const service = verifyServiceAuthorization(call.headers.authorization, {
      accountIdentification: account.identification,
      nowMs: Date.now(),
      findService: (identification) => state.services.get(identification),
    });
    if (!service) throw new Refusal(401, "api_key_not_valid");
    identified(service);
    return findRoute(routes, call)(service);
  };
}
