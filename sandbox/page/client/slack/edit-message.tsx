import { useState } from "react";

export function EditMessage(props: {
  readonly text: string;
  readonly onSave: (text: string) => Promise<void>;
  readonly onCancel: () => void;
}) {
  const [text, setText] = useState(() => toTyped(props.text));
  return (
    <form
      className="edit-message"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") void props.onSave(text);
      }}
      onKeyDown={({ key }) => {
        if (key === "Escape") props.onCancel();
      }}
    >
      <input
        // biome-ignore lint/a11y/noAutofocus: the member has just asked to edit here
        autoFocus
        aria-label="Edited text"
        value={text}
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit" className="primary">
        Save
      </button>
      <button type="button" onClick={props.onCancel}>
        Cancel
      </button>
    </form>
  );
}

/** What a member sees of what Slack stores. */
const toTyped = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
