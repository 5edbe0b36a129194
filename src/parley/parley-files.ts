import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import type { ParleyFiles } from "../bridge/ports.ts";
import type { Config } from "../config/read-config.ts";
import { mediaName } from "../convert/to-slack/media-name.ts";
import type { ParleyMedia } from "../convert/to-slack/parley-message.ts";
import { defined } from "../defined.ts";
import { FileError, ParleyApiError } from "../errors.ts";
import { checkFile, type FileContent } from "../files/check-file.ts";
import { isProgram } from "../files/programs.ts";
import {
  type Answer,
  passingRefusal,
  sendBody,
  startTransfer,
  type TransferRequest,
  transferTimeout,
} from "../files/transfer.ts";
import { isPrivateAddress } from "../http/is-private-address.ts";
import { isPrivateAddressError, publicLookup } from "../http/public-lookup.ts";
import { isJsonObject, type Json } from "../json.ts";
import { addressOf } from "./media-address.ts";
import type { ParleyApi } from "./parley-api.ts";

/** Parley's media, both ways. Everything about it is Inferred from the Client API; see docs/architecture.md. */
export function createParleyFiles(api: ParleyApi, options: Config["parley"]): ParleyFiles {
  const { mediaPath, connectTimeoutMs, responseTimeoutMs } = options;
  const timeout = transferTimeout({ connectTimeoutMs, responseTimeoutMs });

  return {
    async upload(file, signal) {
      const { form, headers } = multipart(file);
      const data = await sendBody(form, signal, (body) => {
        const upload = { body, headers, signal, timeout };
        return api.call({ method: "POST", path: mediaPath, upload, idempotent: true });
      });
      const id = mediaId(data);
      if (id === undefined) throw new ParleyApiError(`POST ${mediaPath}`, 200, ["no_media_id"]);
      return id;
    },

    async download(media, signal) {
      const file = nameOf(media);
      const names = [file.name, media.filename ?? "", media.id ?? "", pathOf(media.url)];
      if (names.some((name) => isProgram(name, media.mimeType))) {
        throw new FileError("program", file);
      }
      const address = addressOf(media, options);
      if (!address) throw new FileError("refused", file);
      const { url, isApi } = address;
      const call = `GET file ${file.id}`;
      const answer = await ask(file, url, {
        call,
        timeout,
        signal,
        decompress: false,
        ...(isApi ? { headers: api.ownHeaders() } : { dnsLookup: publicLookup }),
      });
      const { status, headers, contentLength, bytes } = answer;
      if (status !== 200) {
        answer.discard();
        if (isApi && (status === 401 || status === 403)) await api.checkAccess();
        const isGone = status === 404 || status === 410;
        throw passingRefusal(call, answer) ?? new FileError(isGone ? "gone" : "refused", file);
      }
      if (headers["content-encoding"] !== undefined) {
        answer.discard();
        throw new FileError("wrong-type", file);
      }
      const content = await checkFile({
        ...file,
        mimeType: media.mimeType ?? "",
        ...defined({ contentType: headers["content-type"], contentLength }),
        bytes,
      });
      // The name did not say that it is a program, but its bytes or the answer's header may.
      if (isProgram(file.name, content.mimeType)) {
        answer.discard();
        throw new FileError("program", file);
      }
      return content;
    },
  };
}

/** @throws {FileError} it is on this machine or in a private network */
async function ask(file: Named, url: URL, request: Omit<TransferRequest, "url">): Promise<Answer> {
  // An IP address is never looked up, so it is checked here.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (request.dnsLookup && isIP(host) !== 0 && isPrivateAddress(host)) {
    throw new FileError("refused", file);
  }
  return await startTransfer({ ...request, url }).catch((error: unknown) => {
    throw isPrivateAddressError(error) ? new FileError("refused", file) : error;
  });
}

interface Named {
  id: string;
  name: string;
}

/** How a file is named: in the log by Parley's id, which says nothing; to people by the name that its sender gave it. */
const nameOf = (media: ParleyMedia): Named => ({
  id: [media.filename, media.id?.split("/").at(-1)].find(isRandom) ?? "of-a-user",
  name: mediaName(media),
});

const pathOf = (url: string | undefined): string =>
  url !== undefined && URL.canParse(url) ? new URL(url).pathname : "";

const isRandom = (name: string | undefined): name is string =>
  name !== undefined && /^[\da-f-]{16,64}(\.\w{1,8})?$/i.test(name);

/** A multipart form of one file, with a known length, that reads the file only as fast as it is sent. */
function multipart({ name, mimeType, size, bytes }: FileContent) {
  const boundary = `bridge-${randomUUID()}`;
  const quoted = name.replaceAll(/["\r\n]/g, encodeURIComponent);
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="media"; filename="${quoted}"\r\nContent-Type: ${mimeType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  async function* form(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* bytes;
    yield tail;
  }
  return {
    form: form(),
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": String(head.length + size + tail.length),
    },
  };
}

/** Inferred: `data.media` or `data.id`, bare or as an object with an `id`. */
function mediaId(data: Json | undefined): string | undefined {
  if (typeof data === "string" && data !== "") return data;
  if (typeof data === "number") return String(data);
  if (!isJsonObject(data)) return undefined;
  return mediaId(data.media ?? data.id);
}
