import { useState } from "react";
import type { SandboxRow } from "../../wire.ts";
import { Emoji } from "./emoji.tsx";
import { type MenuItem, PopUpMenu } from "./pop-up-menu.tsx";

const QUICK_REACTIONS = ["thumbsup", "eyes", "tada", "lock"] as const;

/** Reactions, and behind ⋯ the app's shortcuts and what members do with their own messages. */
export function MessageMenu(props: {
  readonly shortcuts: SandboxRow["shortcuts"];
  readonly isOwn: boolean;
  readonly onReact: (name: string) => void;
  readonly onShortcut: (callbackId: string) => void;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}) {
  const [isOpen, setIsOpen] = useState(false);
  const ofApp = props.shortcuts.map(({ callbackId, name }): MenuItem => {
    const onChoose = () => props.onShortcut(callbackId);
    return { id: callbackId, text: name, by: "Parley", onChoose };
  });
  const ofOwner: readonly MenuItem[] = [
    { id: "edit", text: "Edit message", onChoose: props.onEdit },
    { id: "delete", text: "Delete message", onChoose: props.onRemove },
  ];

  return (
    <div
      className="message-menu"
      role="toolbar"
      aria-label="What to do with this message"
      data-open={isOpen}
    >
      {QUICK_REACTIONS.map((name) => (
        <button
          key={name}
          type="button"
          aria-label={`React with ${name}`}
          onClick={() => props.onReact(name)}
        >
          <Emoji name={name} />
        </button>
      ))}
      <PopUpMenu
        label="More actions"
        items={props.isOwn ? [...ofApp, ...ofOwner] : ofApp}
        onToggle={setIsOpen}
      />
    </div>
  );
}
