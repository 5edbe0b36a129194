import type {
  FilesCompleteUploadExternalResponse,
  FilesDeleteResponse,
  FilesGetUploadURLExternalResponse,
  FilesInfoResponse,
} from "@slack/web-api";
import { isObject } from "../block-limits.ts";
import { writableChannel } from "../channels.ts";
import { shareFiles, sharesOf } from "../file-sharing.ts";
import { visible } from "../file-store.ts";
import { identity } from "../identity.ts";
import { toBlocks } from "../message-content.ts";
import { findMessage } from "../messages.ts";
import { invalidArguments, SlackError } from "../slack-error.ts";
import type { FileObject, StoredFile } from "../state.ts";
import type { Method, Wire } from "./method.ts";

const getUploadUrl: Method = {
  scope: () => "files:write",
  run({ files, url }, args) {
    const name = args.required("filename");
    args.required("length");
    const size = args.number("length") ?? 0;
    if (size < 1) throw invalidArguments("must be greater than 0: length");
    const altText = args.text("alt_text") ?? args.text("alt_txt");
    const file = files.create({ name, size, user: identity.botUserId, altText });
    return {
      upload_url: `${url()}${files.issueUploadPath(file)}`,
      file_id: file.object.id,
    } satisfies Wire<FilesGetUploadURLExternalResponse>;
  },
};

/**
 * The answer comes before the share: it names the files, but their `shares` fill only afterwards, so the message's `ts`
 * has to be looked up with files.info or seen in the event.
 */
const completeUpload: Method = {
  scope: () => "files:write",
  run(context, args) {
    const { state, conversation } = context;
    const wanted = args.nested("files");
    if (!Array.isArray(wanted) || wanted.length === 0) {
      throw invalidArguments("missing required field: files");
    }
    const files = wanted.map((entry: unknown): StoredFile => {
      const file = state.files.get(isObject(entry) ? String(entry.id) : "");
      if (!file?.bytes || file.completed) throw new SlackError("file_not_found");
      if (isObject(entry) && typeof entry.title === "string") file.object.title = entry.title;
      return file;
    });
    const channel =
      args.text("channel_id") === undefined
        ? undefined
        : writableChannel(state, args.required("channel_id"));
    const thread = channel ? conversation.inThread(channel.id, args.text("thread_ts")) : {};
    const blocks = toBlocks(args.nested("blocks"));

    const answer = {
      files: files.map((file) => ({ ...file.object, ...sharesOf(state, file) })),
    } satisfies Wire<FilesCompleteUploadExternalResponse>;
    for (const file of files) file.completed = true;
    if (channel) {
      if (thread.thread_ts !== undefined)
        state.statuses.delete(`${channel.id}:${thread.thread_ts}`);
      const text = args.text("initial_comment") ?? "";
      const user = identity.botUserId;
      shareFiles(context, conversation, { files, channel: channel.id, user, text, blocks, thread });
    }
    return answer;
  },
};

const info: Method = {
  scope: () => "files:read",
  run({ state, files }, args) {
    const file = files.find(args.required("file"));
    return {
      file: { ...visible(file), ...sharesOf(state, file), comments_count: 0 },
    } satisfies Wire<FilesInfoResponse>;
  },
};

/**
 * Only its owner's. What has shared it stays, with a tombstone in the place of the file; a message that is nothing else goes too.
 * A second time it is `file_deleted`: not idempotent.
 */
const remove: Method = {
  scope: () => "files:write",
  run({ state, conversation }, args) {
    const file = state.files.get(args.required("file"));
    if (!file?.completed) throw new SlackError("file_not_found");
    if (file.deleted) throw new SlackError("file_deleted");
    const { id, user } = file.object;
    if (user !== identity.botUserId) throw new SlackError("cant_delete_file");
    file.deleted = true;
    file.bytes = undefined;
    for (const { channel, ts } of file.shares) {
      const message = findMessage(state, channel, ts);
      if (!message) continue;
      const left = (message.files ?? []).map((each) =>
        each.id === id ? ({ id, mode: "tombstone" } as FileObject) : each,
      );
      const isEmpty = message.text === "" && left.every(({ mode }) => mode === "tombstone");
      if (isEmpty) void conversation.remove(message);
      else void conversation.change(message, { files: left });
    }
    return {} satisfies Wire<FilesDeleteResponse>;
  },
};

export const files = {
  "files.delete": remove,
  "files.getUploadURLExternal": getUploadUrl,
  "files.completeUploadExternal": completeUpload,
  "files.info": info,
} satisfies Record<string, Method>;
