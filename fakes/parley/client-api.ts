import { type ApiCall, findRoute, route, toJsonObject } from "./api-call.ts";
import { createClientDevices } from "./client-devices.ts";
import { findMessage, raiseStatus, toMessagePage, toUnseenCount } from "./client-messages.ts";
import type { Conversations } from "./conversations.ts";
import { type Answer, Refusal, toSuccess } from "./envelope.ts";
import type { Journal } from "./journal.ts";
import { findMedia, type StoredMedia, storeUpload } from "./media.ts";
import { toDraft } from "./message-draft.ts";
import type { ParleySettings } from "./options.ts";
import type { ParleyState, ParleyUser } from "./state.ts";

/** Answers one call of a client app. */
export type ClientApi = (call: ApiCall) => Answer | Promise<Answer>;

/** As much of Client API 1.9 as Parley's own web client needs. */
export function createClientApi(
  state: ParleyState,
  settings: ParleySettings,
  journal: Journal,
  conversations: Conversations,
): ClientApi {
  const devices = createClientDevices(state, settings, journal, conversations);

  const routes = [
    route<ParleyUser>("GET", "/messages", (call, user) => toMessagePage(call, settings, user)),
    route<ParleyUser>("GET", "/messages/before:(?<id>\\d+)", (call, user, { id }) =>
      toMessagePage(call, settings, user, { before: Number(id) }),
    ),
    route<ParleyUser>("GET", "/messages/after:(?<id>\\d+)", (call, user, { id }) =>
      toMessagePage(call, settings, user, { after: Number(id) }),
    ),
    route<ParleyUser>("GET", "/messages/unseen/count", toUnseenCount),
    route<ParleyUser>("GET", "/messages/:id", (call, user, { id }) =>
      toSuccess(call, findMessage(user, Number(id))),
    ),
    route<ParleyUser>("POST", "/messages", (call, user) => {
      const { message, media, typeId } = toDraft(toJsonObject(call));
      const sent = conversations.receiveFromUser(user, { message, media, typeId });
      sent.delivered.catch(journal.failed);
      return toSuccess(call, { messageId: String(sent.message.id) });
    }),
    route<ParleyUser>("PUT", "/messages/status/:status", (call, user, { status }) => {
      raiseStatus(user, Number(status), toJsonObject(call).messageIds);
      journal.changed({ kind: "status", userId: user.id });
      return toSuccess(call, {});
    }),
    route<ParleyUser>("POST", "/media", async (call, user) => {
      const { uploadId } = await storeUpload(state, {
        body: call.body,
        contentType: call.headers["content-type"],
        uploadedBy: `user:${user.id}`,
        accountId: settings.account.id,
        nowMs: settings.now(),
      });
      journal.changed({ kind: "media", id: uploadId });
      return toSuccess(call, { media: uploadId });
    }),
    route<ParleyUser>("GET", "/media/:year/:month/:day/:filename", (_call, user, path) => {
      const media = findMedia(state, path);
      if (!media || !maySee(user, media)) throw new Refusal(400, "media_not_found");
      return { status: 200, headers: { "content-type": media.mimeType }, body: media.bytes };
    }),
    route<ParleyUser>("POST", "/services/event/:name", async (call, user, { name }) => {
      if (name !== "startTyping" && name !== "stopTyping") {
        throw new Refusal(400, "Something went wrong with the event");
      }
      const { delivered } = await conversations.userTypes(user, name);
      if (!delivered) throw new Refusal(400, "Could not reach the service");
      return toSuccess(call, {});
    }),
  ];

  return (call) => {
    if (call.method === "POST" && call.path === "/devices") return devices.register(call);
    return findRoute(routes, call)(devices.identify(call));
  };
}

/** A User sees the media of its own messages and what it uploaded. */
function maySee(user: ParleyUser, media: StoredMedia): boolean {
  if (media.uploadedBy === `user:${user.id}`) return true;
  return user.messages.some(
    (message) =>
      message.media?.id === media.id ||
      message.carousel.some((item) => item.media?.id === media.id),
  );
}
