import { optionsOf, Select } from "./inputs.tsx";
import { PopUpMenu } from "./pop-up-menu.tsx";
import { textOf } from "./text-of.ts";

/** What a member did with an element outside an input block. */
export interface Action {
  readonly actionId: string;
  readonly blockId?: string;
  readonly value?: string;
}

/** An element that the app hears of at once: buttons and menus. */
export function Element(props: {
  readonly element: Readonly<Record<string, unknown>>;
  readonly blockId: string | undefined;
  readonly onAction: (action: Action) => void;
}) {
  const { element, blockId, onAction } = props;
  const actionId = String(element.action_id);
  const at = { actionId, ...(blockId !== undefined && { blockId }) };
  if (element.type === "button") {
    const { value, url, style } = element;
    return (
      <button
        type="button"
        className={style === "primary" ? "primary" : style === "danger" ? "danger" : undefined}
        onClick={() => {
          if (typeof url === "string") window.open(url, "_blank", "noreferrer");
          onAction({ ...at, ...(typeof value === "string" && { value }) });
        }}
      >
        {textOf(element.text)}
      </button>
    );
  }
  if (element.type === "overflow") {
    const items = optionsOf(element).map(({ value, text }) => {
      return { id: value, text, onChoose: () => onAction({ ...at, value }) };
    });
    return <PopUpMenu label="More options" items={items} />;
  }
  return (
    <Select
      element={element}
      label={textOf(element.placeholder) || "Choose"}
      onValue={(value) => {
        if (typeof value === "string") onAction({ ...at, value });
      }}
    />
  );
}
