import { useId } from "react";
import type { Block } from "../../../../fakes/slack/state.ts";
import { useSandbox, useTable } from "../store.ts";
import { textOf } from "./text-of.ts";

/** What a member has put into a modal's inputs, by block id, or by action id in a block without one. */
export type Values = Readonly<Record<string, string | readonly string[]>>;

type ElementObject = Readonly<Record<string, unknown>>;
type OnValue = (value: string | string[]) => void;

/** An input block: label, element, hint and error. */
export function Input(props: {
  readonly block: Block;
  readonly values: Values;
  readonly error: string | undefined;
  readonly onValue: ((key: string, value: string | string[]) => void) | undefined;
  /** What the app wants to hear of at once. */
  readonly onAction: (action: { actionId: string; value: string }) => void;
}) {
  const { block, values, error, onValue, onAction } = props;
  const id = useId();
  const element = (block.element ?? {}) as ElementObject;
  const actionId = String(element.action_id);
  const key = String(block.block_id ?? actionId);
  const change = (next: string | string[]): void => {
    onValue?.(key, next);
    if (block.dispatch_action === true && typeof next === "string") {
      onAction({ actionId, value: next });
    }
  };
  const shared = {
    id,
    "aria-invalid": error !== undefined,
    "aria-describedby": error === undefined ? undefined : `${id}-error`,
  };
  return (
    <div className="input-block">
      <label htmlFor={id}>
        {textOf(block.label)} {block.optional === true && <small>(optional)</small>}
      </label>
      <Control shared={shared} element={element} value={values[key]} onValue={change} />
      {error !== undefined && (
        <p className="input-error" id={`${id}-error`} role="alert">
          {error}
        </p>
      )}
      {textOf(block.hint) && <p className="input-hint">{textOf(block.hint)}</p>}
    </div>
  );
}

interface Shared {
  readonly id: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}

const NATIVE_TYPES: Readonly<Record<string, string>> = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
};

function Control(props: {
  readonly shared: Shared;
  readonly element: ElementObject;
  readonly value: string | readonly string[] | undefined;
  readonly onValue: OnValue;
}) {
  const { shared, element, value, onValue } = props;
  const type = String(element.type);
  const initial = element.initial_value ?? element.initial_date ?? element.initial_time ?? "";
  const text = {
    ...shared,
    placeholder: textOf(element.placeholder),
    maxLength: typeof element.max_length === "number" ? element.max_length : undefined,
    value: typeof value === "string" ? value : String(initial),
    onChange: ({ target }: { target: { value: string } }) => onValue(target.value),
  };
  if (type === "plain_text_input" && element.multiline === true) {
    return <textarea rows={3} {...text} />;
  }
  if (type === "plain_text_input" || type in NATIVE_TYPES) {
    return <input type={NATIVE_TYPES[type] ?? "text"} {...text} />;
  }
  return <Select element={element} value={value} onValue={onValue} shared={shared} />;
}

/** Every kind of choice, as the browser's own list; a `multi_…` and checkboxes as one that takes several. */
export function Select(props: {
  readonly element: ElementObject;
  readonly value?: string | readonly string[] | undefined;
  readonly onValue: OnValue;
  readonly shared?: Shared;
  readonly label?: string;
}) {
  const { element, value, onValue, shared, label } = props;
  const people = Object.values(useTable("people")).filter(({ isApp }) => !isApp);
  const channels = useSandbox()?.channels ?? [];
  const type = String(element.type);
  const isMultiple = type.startsWith("multi_") || type === "checkboxes";
  const options: readonly { value: string; text: string }[] = type.includes("users_select")
    ? people.map(({ id, name }) => ({ value: id, text: name }))
    : type.includes("channels_select") || type.includes("conversations_select")
      ? channels.map(({ id, name }) => ({ value: id, text: `#${name}` }))
      : optionsOf(element);
  const initial = isMultiple ? initialOf(element) : (initialOf(element)[0] ?? "");
  return (
    <select
      {...shared}
      aria-label={label}
      multiple={isMultiple}
      value={value ?? initial}
      onChange={({ target }) =>
        onValue(
          isMultiple ? [...target.selectedOptions].map((option) => option.value) : target.value,
        )
      }
    >
      {!isMultiple && initial === "" && (
        <option value="" disabled>
          {textOf(element.placeholder) || "Choose…"}
        </option>
      )}
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.text}
        </option>
      ))}
    </select>
  );
}

export function optionsOf(element: ElementObject): { value: string; text: string }[] {
  const groups = Array.isArray(element.option_groups) ? element.option_groups : [element];
  return groups
    .flatMap((group: ElementObject) => (Array.isArray(group.options) ? group.options : []))
    .map((option: ElementObject) => ({ value: String(option.value), text: textOf(option.text) }));
}

/** The values that the app has chosen beforehand. */
function initialOf(element: ElementObject): string[] {
  const given =
    element.initial_option ??
    element.initial_options ??
    element.initial_user ??
    element.initial_users ??
    element.initial_channel ??
    element.initial_conversation ??
    [];
  return [given]
    .flat()
    .map((option) =>
      typeof option === "object" && option !== null && "value" in option
        ? String(option.value)
        : String(option),
    );
}
