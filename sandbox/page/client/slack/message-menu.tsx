import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { SandboxRow } from "../../wire.ts";
import { toEmoji } from "./emoji.ts";

const QUICK_REACTIONS = ["thumbsup", "eyes", "tada"] as const;

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
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return;
    box.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const onPointer = ({ target }: PointerEvent): void => {
      if (!box.current?.contains(target as Node)) setIsOpen(false);
    };
    document.addEventListener("pointerdown", onPointer);
    return () => document.removeEventListener("pointerdown", onPointer);
  }, [isOpen]);

  const close = (): void => {
    setIsOpen(false);
    opener.current?.focus();
  };
  const choose = (action: () => void) => (): void => {
    close();
    action();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    if (event.key === "Escape" || event.key === "Tab") close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const items = [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const index = items.findIndex((item) => item === document.activeElement) + step;
    items[(index + items.length) % items.length]?.focus();
  };

  return (
    <div className="message-menu" ref={box} onKeyDown={onKeyDown} data-open={isOpen}>
      {QUICK_REACTIONS.map((name) => (
        <button
          key={name}
          type="button"
          aria-label={`React with ${name}`}
          onClick={() => props.onReact(name)}
        >
          <span aria-hidden="true">{toEmoji(name)}</span>
        </button>
      ))}
      <button
        ref={opener}
        type="button"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={() => setIsOpen(!isOpen)}
      >
        ⋯
      </button>
      {isOpen && (
        <div role="menu" id={id} aria-label="More actions">
          {props.shortcuts.map(({ callbackId, name }) => (
            <button
              key={callbackId}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={choose(() => props.onShortcut(callbackId))}
            >
              {name} <small>Parley</small>
            </button>
          ))}
          {props.isOwn && (
            <>
              <button
                type="button"
                role="menuitem"
                tabIndex={-1}
                onClick={choose(props.onEdit)}
              >
                Edit message
              </button>
              <button
                type="button"
                role="menuitem"
                tabIndex={-1}
                onClick={choose(props.onRemove)}
              >
                Delete message
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}
