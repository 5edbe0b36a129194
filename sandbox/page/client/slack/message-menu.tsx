import { type CSSProperties, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { SandboxRow } from "../../wire.ts";
import { Emoji } from "./emoji.tsx";

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
  const [place, setPlace] = useState<CSSProperties>({});
  const box = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    if (!isOpen) return;
    box.current?.querySelector<HTMLElement>("[role=menuitem]")?.focus();
    const onPointer = ({ target }: PointerEvent): void => {
      if (!box.current?.contains(target as Node)) setIsOpen(false);
    };
    // A menu that stays while its message scrolls away would belong to nothing.
    const onScroll = (): void => setIsOpen(false);
    document.addEventListener("pointerdown", onPointer);
    document.addEventListener("scroll", onScroll, true);
    return () => {
      document.removeEventListener("pointerdown", onPointer);
      document.removeEventListener("scroll", onScroll, true);
    };
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
    const index = items.findIndex((item) => item.matches(":focus")) + step;
    items[(index + items.length) % items.length]?.focus();
  };

  return (
    <div
      className="message-menu"
      role="toolbar"
      aria-label="What to do with this message"
      ref={box}
      onKeyDown={onKeyDown}
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
      <button
        ref={opener}
        type="button"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        onClick={({ currentTarget }) => {
          setPlace(placeBeside(currentTarget.getBoundingClientRect()));
          setIsOpen(!isOpen);
        }}
      >
        ⋯
      </button>
      {isOpen && (
        <div role="menu" id={id} aria-label="More actions" style={place}>
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
              <button type="button" role="menuitem" tabIndex={-1} onClick={choose(props.onEdit)}>
                Edit message
              </button>
              <button type="button" role="menuitem" tabIndex={-1} onClick={choose(props.onRemove)}>
                Delete message
              </button>
            </>
          )}
        </div>
      )}
    </div>
  );
}

/** Room for the longest menu. */
const MENU_HEIGHT = 165;

/** Below the opener, or above it near the end of the window; not cut off by the list that scrolls. */
function placeBeside({ top, bottom, right }: DOMRect): CSSProperties {
  const isLow = bottom + MENU_HEIGHT > window.innerHeight;
  return {
    right: document.documentElement.clientWidth - right,
    ...(isLow ? { bottom: window.innerHeight - top + 4 } : { top: bottom + 4 }),
  };
}
