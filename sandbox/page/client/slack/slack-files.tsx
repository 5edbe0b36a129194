import type { FileObject } from "../../../../fakes/slack/state.ts";

export function SlackFiles({ files }: { files: readonly FileObject[] }) {
  if (files.length === 0) return null;
  return (
    <ul className="slack-files" aria-label="Files">
      {files.map(({ id, name, mimetype, size, alt_txt }) => (
        <li key={id}>
          {mimetype.startsWith("image/") ? (
            <a
              className="file-picture"
              href={`/files/${id}`}
              target="_blank"
              rel="noreferrer"
              aria-label={`Open ${name}`}
            >
              <small>{name}</small>
              <img className="picture" src={`/files/${id}`} alt={alt_txt || name} />
            </a>
          ) : (
            <a className="file-link" href={`/files/${id}`} download={name}>
              {name} <small>{Math.max(1, Math.round(size / 1024))} KB</small>
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
