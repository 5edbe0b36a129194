import { type CSSProperties, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

export interface MenuItem {
  readonly id: string;
  readonly text: string;
  /** Who offers it. */
  readonly by?: string;
  readonly onChoose: () => void;
}

/** A button ⋯ that opens a menu beside it. */
export function PopUpMenu(props: {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly onToggle?: (isOpen: boolean) => void;
}) {
  const { label, items, onToggle } = props;
  const [isOpen, setIsOpen] = useState(false);
  const [place, setPlace] = useState<CSSProperties>({});
  const box = useRef<HTMLSpanElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();

  useEffect(() => {
    onToggle?.(isOpen);
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
  }, [isOpen, onToggle]);

  const close = (): void => {
    setIsOpen(false);
    opener.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (!isOpen) return;
    if (event.key === "Escape" || event.key === "Tab") close();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const shown = [...(box.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
    const index = shown.findIndex((item) => item.matches(":focus")) + step;
    shown[(index + shown.length) % shown.length]?.focus();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the menu in it
    <span className="pop-up-menu" ref={box} onKeyDown={onKeyDown}>
      <button
        ref={opener}
        type="button"
        aria-label={label}
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
        <div role="menu" id={id} aria-label={label} style={place}>
          {items.map(({ id: key, text, by, onChoose }) => (
            <button
              key={key}
              type="button"
              role="menuitem"
              tabIndex={-1}
              onClick={() => {
                close();
                onChoose();
              }}
            >
              {text} {by !== undefined && <small>{by}</small>}
            </button>
          ))}
        </div>
      )}
    </span>
  );
}

/** Room for the longest menu. */
const MENU_SIZE = { height: 165, width: 200 };

/** Below the opener, or above it near the end of the window; not cut off by the list that scrolls. */
function placeBeside({ top, bottom, left, right }: DOMRect): CSSProperties {
  const isLow = bottom + MENU_SIZE.height > window.innerHeight;
  const fitsRight = left + MENU_SIZE.width < document.documentElement.clientWidth;
  return {
    ...(fitsRight ? { left } : { right: document.documentElement.clientWidth - right }),
    ...(isLow ? { bottom: window.innerHeight - top + 4 } : { top: bottom + 4 }),
  };
}
