import { type KeyboardEvent, type ReactNode, useRef, useState } from "react";
import { useFormatting } from "./formatting.tsx";

/** A box to write in: Enter sends, Shift+Enter makes a new line, the paper clip takes a file. */
export function Composer(props: {
  readonly label: string;
  readonly placeholder: string;
  /** White space in front stays: for Slack it tells a message from a command. */
  readonly onSend: (text: string) => Promise<boolean>;
  readonly onFile: (file: File) => void;
  readonly onType?: (text: string) => void;
  readonly hint?: (text: string) => ReactNode;
  /** Slack's buttons and keys for bold, lists and so on. */
  readonly canFormat?: boolean;
}) {
  const [text, setText] = useState("");
  const [isSending, setIsSending] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLTextAreaElement>(null);

  const change = (next: string): void => {
    setText(next);
    props.onType?.(next);
  };
  const formatting = useFormatting(box, change);
  const send = async (): Promise<void> => {
    if (text.trim() === "" || isSending) return;
    setIsSending(true);
    if (await props.onSend(text.trimEnd())) change("");
    setIsSending(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (props.canFormat) formatting.onKeyDown(event);
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };

  return (
    <div className="composer">
      {props.hint?.(text)}
      {props.canFormat && formatting.toolbar(props.label)}
      <textarea
        ref={box}
        aria-label={props.label}
        rows={Math.min(6, Math.max(1, text.split("\n").length))}
        value={text}
        placeholder={props.placeholder}
        onChange={({ target }) => change(target.value)}
        onKeyDown={onKeyDown}
      />
      <div className="composer-tools">
        <button
          type="button"
          className="tool"
          aria-label={`Attach a file: ${props.label}`}
          title="Attach a file"
          onClick={() => picker.current?.click()}
        >
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="M14.5 9.3 9 14.8a3.4 3.4 0 0 1-4.8-4.8l6-6a2.3 2.3 0 0 1 3.2 3.2l-5.9 6a1.1 1.1 0 0 1-1.6-1.6l5.3-5.3" />
          </svg>
        </button>
        <input
          ref={picker}
          type="file"
          hidden
          aria-label={`File: ${props.label}`}
          onChange={({ target }) => {
            for (const file of target.files ?? []) props.onFile(file);
            target.value = "";
          }}
        />
        <button
          type="button"
          className="send"
          aria-label={`Send: ${props.label}`}
          disabled={text.trim() === "" || isSending}
          onClick={() => void send()}
        >
          Send
        </button>
      </div>
    </div>
  );
}
