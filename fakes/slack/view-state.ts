import { isObject } from "./block-limits.ts";
import type { Block } from "./state.ts";

export type StateValues = Record<string, Record<string, StateValue>>;
type StateValue = { type: string } & Record<string, unknown>;

/** Under which key an element's value stands, and which key holds what it starts with. */
const VALUE_KEYS: Readonly<Record<string, readonly [value: string, initial: string]>> = {
  plain_text_input: ["value", "initial_value"],
  email_text_input: ["value", "initial_value"],
  number_input: ["value", "initial_value"],
  url_text_input: ["value", "initial_value"],
  rich_text_input: ["rich_text_value", "initial_value"],
  static_select: ["selected_option", "initial_option"],
  external_select: ["selected_option", "initial_option"],
  radio_buttons: ["selected_option", "initial_option"],
  users_select: ["selected_user", "initial_user"],
  conversations_select: ["selected_conversation", "initial_conversation"],
  channels_select: ["selected_channel", "initial_channel"],
  datepicker: ["selected_date", "initial_date"],
  timepicker: ["selected_time", "initial_time"],
  datetimepicker: ["selected_date_time", "initial_date_time"],
  checkboxes: ["selected_options", "initial_options"],
  multi_static_select: ["selected_options", "initial_options"],
  multi_external_select: ["selected_options", "initial_options"],
  multi_users_select: ["selected_users", "initial_users"],
  multi_conversations_select: ["selected_conversations", "initial_conversations"],
  multi_channels_select: ["selected_channels", "initial_channels"],
};

/** What a member has put into the elements of these blocks; `values` are given by action id or block id. */
export function toStateValues(
  blocks: readonly Block[],
  values: Readonly<Record<string, unknown>> = {},
): StateValues {
  const state: StateValues = {};
  for (const block of blocks) {
    for (const element of elementsOf(block)) {
      const keys = VALUE_KEYS[String(element.type)];
      if (!keys) continue;
      const [key, initialKey] = keys;
      const blockId = block.block_id ?? "";
      const actionId = String(element.action_id);
      const given = values[actionId] ?? values[blockId];
      const value = given === undefined ? element[initialKey] : toValue(element, given);
      const none = key.endsWith("s") && key !== "selected_user" ? [] : null;
      state[blockId] ??= {};
      state[blockId][actionId] = { type: String(element.type), [key]: value ?? none };
    }
  }
  return state;
}

/** Elements that a member can use, wherever blocks may hold them. */
export function elementsOf(block: Block): Record<string, unknown>[] {
  const elements = Array.isArray(block.elements) ? block.elements : [];
  return [block.element, block.accessory, ...elements].filter(isObject);
}

/** Options may be named by their value alone. */
export function toValue(element: Record<string, unknown>, given: unknown): unknown {
  if (Array.isArray(given)) return given.map((item) => toValue(element, item));
  const groups = Array.isArray(element.option_groups) ? element.option_groups : [];
  const options = [
    element.options,
    ...groups.map((group: unknown) => isObject(group) && group.options),
  ]
    .filter(Array.isArray)
    .flat();
  if (options.length === 0 || isObject(given)) return given;
  const option = options.find((other) => isObject(other) && other.value === given);
  if (!option) throw new Error(`No option with the value ${String(given)}`);
  return option;
}

/** The required inputs that are still empty, by block id, with Slack's words. */
export function missingInputs(
  blocks: readonly Block[],
  values: StateValues,
): Record<string, string> {
  const missing: Record<string, string> = {};
  for (const block of blocks) {
    if (block.type !== "input" || block.optional === true) continue;
    const blockId = block.block_id ?? "";
    for (const { type: _, ...value } of Object.values(values[blockId] ?? {})) {
      const [content] = Object.values(value);
      const empty =
        content === null || content === "" || (Array.isArray(content) && content.length === 0);
      if (empty) missing[blockId] = "Please complete this required field.";
    }
    const [element] = elementsOf(block);
    const [entered] = Object.values(values[blockId] ?? {});
    const most = element?.max_length;
    if (
      typeof most === "number" &&
      typeof entered?.value === "string" &&
      entered.value.length > most
    ) {
      missing[blockId] = `Please shorten this field to ${most} characters or fewer.`;
    }
  }
  return missing;
}
