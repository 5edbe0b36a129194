import { useEffect, useState } from "react";
import type { MessageMedia } from "../../../../fakes/parley/message.ts";
import type { ClientApi } from "./client-api.ts";

/** A picture, or a link to any other file; fetched with the device's identification, as Parley wants it. */
export function ChatMedia({ api, media }: { api: ClientApi; media: MessageMedia }) {
  const [url, setUrl] = useState<string>();
  const [isMissing, setIsMissing] = useState(false);
  const { id, mimeType } = media;
  useEffect(() => {
    let made: string | undefined;
    let isGone = false;
    void api
      .media(id)
      .then((blob) => {
        if (isGone) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      })
      .catch(() => setIsMissing(true));
    return () => {
      isGone = true;
      if (made) URL.revokeObjectURL(made);
    };
  }, [api, id]);
  const name = media.description || media.filename;
  if (isMissing) return <p className="file-link">{name} is not available</p>;
  if (!url) return <p className="file-link">{name}…</p>;
  if (mimeType.startsWith("image/")) return <img className="picture" src={url} alt={name} />;
  return (
    <a className="file-link" href={url} download={name}>
      {name}
    </a>
  );
}
