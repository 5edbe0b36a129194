import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { readBody } from "../http/http-server.ts";
import { identity } from "./identity.ts";
import { SlackError } from "./slack-error.ts";
import type { FileObject, StoredFile } from "./state.ts";
import { makeId, type Workspace } from "./workspace.ts";

/** Files, their upload addresses and their bytes. */
export interface FileStore {
  /** A new file of `user`; without `bytes` they have to be uploaded first. */
  create(file: {
    readonly name: string;
    readonly mimetype?: string;
    readonly user: string;
    readonly bytes?: Buffer;
    readonly size: number;
    readonly altText?: string | undefined;
  }): StoredFile;
  /** Where on Slack the bytes of a file can be posted. */
  issueUploadPath(file: StoredFile): string;
  /** @throws {SlackError} `file_not_found` */
  find(id: string): StoredFile;
  /** Answers a POST to an upload address. */
  receive(request: IncomingMessage, path: string): Promise<{ status: number; body: string }>;
  /** What a download address gives to this request. */
  download(request: IncomingMessage, path: string): FileAnswer;
}

export interface FileAnswer {
  readonly contentType: string;
  readonly body: Buffer;
  readonly note?: string;
  readonly status?: number;
  readonly location?: string;
  readonly cutAfter?: number;
}

/** A file object as Slack shows it now: while it works on a file it tells little more than its name. */
export const visible = ({ object, pending }: StoredFile): FileObject =>
  pending
    ? {
        ...object,
        mimetype: "",
        filetype: "",
        pretty_type: "",
        size: 0,
        url_private: "",
        url_private_download: "",
        file_access: "check_file_info",
      }
    : object;

const MIMETYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  pdf: "application/pdf",
  txt: "text/plain",
  mp3: "audio/mpeg",
  m4a: "audio/mp4",
  ogg: "audio/ogg",
  mp4: "video/mp4",
};

/** What Slack answers instead of a file to a caller it does not know: HTTP 200 and a page to sign in. */
const LOGIN_PAGE = `<!DOCTYPE html><html lang="en-US"><head><title>Sign in | Slack</title></head>
<body><h1>Sign in to your workspace</h1></body></html>`;

export function createFileStore({ state, now, url }: Workspace): FileStore {
  const uploads = new Map<string, StoredFile>();

  return {
    create({ name, mimetype, user, bytes, size, altText }) {
      const id = makeId("F");
      const extension = name.split(".").at(-1)?.toLowerCase() ?? "";
      const created = Math.floor(now() / 1000);
      const folder = `${url()}/files-pri/${identity.teamId}-${id}`;
      const object: FileObject = {
        id,
        created,
        timestamp: created,
        name,
        title: name,
        mimetype: mimetype ?? MIMETYPES[extension] ?? "application/octet-stream",
        filetype: extension || "binary",
        pretty_type: extension.toUpperCase() || "Binary",
        user,
        user_team: identity.teamId,
        editable: false,
        size: bytes?.length ?? size,
        mode: "hosted",
        is_external: false,
        external_type: "",
        is_public: true,
        public_url_shared: false,
        display_as_bot: false,
        username: "",
        url_private: `${folder}/${encodeURIComponent(name)}`,
        url_private_download: `${folder}/download/${encodeURIComponent(name)}`,
        permalink: `${url()}/files/${user}/${id}/${encodeURIComponent(name)}`,
        permalink_public: `${url()}/files-pub/${identity.teamId}-${id}`,
        has_rich_preview: false,
        file_access: "visible",
        media_display_type: "unknown",
        ...(altText !== undefined && { alt_txt: altText }),
      };
      const file: StoredFile = { object, bytes, completed: bytes !== undefined, shares: [] };
      state.files.set(id, file);
      return file;
    },
    issueUploadPath(file) {
      const token = randomUUID();
      uploads.set(token, file);
      return `/upload/v1/${token}`;
    },
    find(id) {
      const file = state.files.get(id);
      if (!file?.completed) throw new SlackError("file_not_found");
      return file;
    },
    async receive(request, path) {
      const file = uploads.get(path.slice("/upload/v1/".length));
      if (!file) return { status: 404, body: "not found" };
      file.bytes = await uploadedBytes(request);
      file.object.size = file.bytes.length;
      return { status: 200, body: `OK - ${file.bytes.length}` };
    },
    download(request, path) {
      const id = /^\/files-pri\/[^-/]+-([^/]+)\//.exec(path)?.[1] ?? "";
      const known = request.headers.authorization === `Bearer ${state.credentials.botToken}`;
      const { bytes, pending, served } = state.files.get(id) ?? {};
      if (served) return { contentType: "text/plain", body: bytes ?? Buffer.alloc(0), ...served };
      if (!pending && known && state.scopes.has("files:read") && bytes) {
        const { mimetype } = state.files.get(id)?.object ?? {};
        return { contentType: mimetype ?? "application/octet-stream", body: bytes };
      }
      const note = bytes ? "login page: token or scope files:read missing" : "login page: no file";
      return { contentType: "text/html; charset=utf-8", body: Buffer.from(LOGIN_PAGE), note };
    },
  };
}

/** The bytes of an upload, posted as they are or as the first part of a multipart form. */
async function uploadedBytes(request: IncomingMessage): Promise<Buffer> {
  const body = await readBody(request);
  const contentType = request.headers["content-type"] ?? "";
  if (!contentType.startsWith("multipart/form-data")) return body;
  const form = await new Response(new Uint8Array(body), {
    headers: { "content-type": contentType },
  }).formData();
  for (const part of form.values()) {
    return typeof part === "string" ? Buffer.from(part) : Buffer.from(await part.arrayBuffer());
  }
  return Buffer.alloc(0);
}

/** Serves the upload and download addresses. */
export function sendFile(response: ServerResponse, answer: FileAnswer): void {
  const { contentType, body, status = 200, location, cutAfter } = answer;
  response.writeHead(status, {
    "content-type": contentType,
    "content-length": String(body.length),
    ...(location !== undefined && { location }),
  });
  if (cutAfter === undefined) response.end(body);
  else response.write(body.subarray(0, cutAfter), () => response.destroy());
}
