/** Slack's documented limits; lengths in characters. Source: docs.slack.dev, Block Kit reference, and @slack/types 3.2. */
export const BLOCK_LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  /** Undocumented: all text of a message's blocks together. Source: slackapi/bolt-js issue 2509. */
  messageBlocksText: 13_200,
  sectionText: 3_000,
  sectionFields: 10,
  fieldText: 2_000,
  headerText: 150,
  contextElements: 10,
  actionsElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  url: 3_000,
  identifier: 255,
  altText: 2_000,
  containerTitle: 150,
  containerChildren: 10,
  tableRows: 100,
  tableCells: 20,
  /** Over all cells of a table. */
  tableText: 10_000,
  options: 100,
  overflowOptions: 5,
  optionGroups: 100,
  optionText: 75,
  optionValue: 150,
  placeholder: 150,
  label: 2_000,
  markdownText: 12_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  viewTitle: 24,
  privateMetadata: 3_000,
  viewBytes: 250_000,
} as const;

type Path = string;

/** Collects what is wrong, in the words and with the JSON pointers of Slack's own hints. */
export class BlockProblems {
  readonly hints: string[] = [];

  add(problem: string, at: Path): void {
    this.hints.push(`[ERROR] ${problem} [json-pointer:${at}]`);
  }

  length(text: unknown, most: number, at: Path, least = 1): void {
    if (text === undefined) return;
    if (typeof text !== "string") this.add("must be a string", at);
    else if (text.length > most) this.add(`must be less than ${most + 1} characters`, at);
    else if (text.length < least) this.add(`must be more than ${least - 1} characters`, at);
  }

  /** @returns the items, each with its own path */
  items(list: unknown, most: number, at: Path, least = 1): (readonly [item: unknown, at: Path])[] {
    if (!Array.isArray(list)) {
      this.add("must be an array", at);
      return [];
    }
    if (list.length > most) this.add(`no more than ${most} items allowed`, at);
    if (list.length < least) this.add(`no fewer than ${least} items required`, at);
    return list.map((item: unknown, index) => [item, `${at}/${index}`] as const);
  }

  /** A text object; `types` are the allowed kinds. */
  text(value: unknown, most: number, at: Path, types = ["plain_text", "mrkdwn"]): void {
    if (!isObject(value) || !types.includes(String(value.type))) {
      this.add(`must be a text object of type ${types.join(" or ")}`, at);
      return;
    }
    if (value.text === undefined) this.add("missing required field: text", at);
    this.length(value.text, most, `${at}/text`);
    if (value.type === "mrkdwn" && "emoji" in value)
      this.add("invalid additional property: emoji", at);
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** All the text in blocks, which Slack limits per message. */
export function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (!isObject(value)) return 0;
  return Object.entries(value).reduce(
    (sum, [key, item]) =>
      sum + (key === "text" && typeof item === "string" ? item.length : textLength(item)),
    0,
  );
}

const PLAIN = ["plain_text"];
const STYLES = new Set<unknown>(["primary", "danger"]);

/** What Slack would say against these blocks; empty when it would take them. */
export function checkBlocks(blocks: unknown, surface: "message" | "modal" | "home"): BlockProblems {
  const problems = new BlockProblems();
  const most = surface === "message" ? BLOCK_LIMITS.messageBlocks : BLOCK_LIMITS.viewBlocks;
  const seen = new Set<unknown>();
  if (tablesIn(blocks) > 1) problems.add("only one table allowed", "/blocks");
  for (const [block, at] of problems.items(blocks, most, "/blocks", 0)) {
    if (!isObject(block)) {
      problems.add("must be an object", at);
      continue;
    }
    const { block_id: id } = block;
    problems.length(id, BLOCK_LIMITS.identifier, `${at}/block_id`);
    if (id !== undefined && seen.has(id)) problems.add("block_id already exists", `${at}/block_id`);
    seen.add(id);
    checkBlock(problems, block, at);
  }
  return problems;
}

function checkBlock(problems: BlockProblems, block: Record<string, unknown>, at: Path): void {
  switch (block.type) {
    case "section":
      if (block.text === undefined && block.fields === undefined) {
        problems.add("missing required field: text", at);
      }
      if (block.text !== undefined) {
        problems.text(block.text, BLOCK_LIMITS.sectionText, `${at}/text`);
      }
      if (block.fields !== undefined) {
        for (const [field, path] of problems.items(
          block.fields,
          BLOCK_LIMITS.sectionFields,
          `${at}/fields`,
        )) {
          problems.text(field, BLOCK_LIMITS.fieldText, path);
        }
      }
      if (block.accessory !== undefined) checkElement(problems, block.accessory, `${at}/accessory`);
      return;
    case "header":
      problems.text(block.text, BLOCK_LIMITS.headerText, `${at}/text`, PLAIN);
      return;
    case "context":
      for (const [element, path] of problems.items(
        block.elements,
        BLOCK_LIMITS.contextElements,
        `${at}/elements`,
      )) {
        if (isObject(element) && element.type === "image") checkElement(problems, element, path);
        else problems.text(element, BLOCK_LIMITS.sectionText, path);
      }
      return;
    case "actions":
      checkActions(problems, block, at);
      return;
    case "input":
      problems.text(block.label, BLOCK_LIMITS.label, `${at}/label`, PLAIN);
      if (block.hint !== undefined) {
        problems.text(block.hint, BLOCK_LIMITS.label, `${at}/hint`, PLAIN);
      }
      checkElement(problems, block.element, `${at}/element`);
      return;
    case "image":
      checkElement(problems, block, at);
      return;
    case "markdown":
      if (block.text === undefined) problems.add("missing required field: text", at);
      problems.length(block.text, BLOCK_LIMITS.markdownText, `${at}/text`);
      return;
    case "rich_text":
      problems.items(block.elements, Number.POSITIVE_INFINITY, `${at}/elements`, 0);
      return;
    case "container":
      checkContainer(problems, block, at);
      return;
    case "table":
      checkTable(problems, block, at);
      return;
    case "divider":
    case "video":
    case "file":
    case "context_actions":
      return;
    default:
      problems.add(`unsupported type: ${String(block.type)}`, `${at}/type`);
      return;
  }
}

/** Those that both the documentation and Slack's validator take; about `rich_text` and `file` they disagree. */
const CONTAINED = new Set<unknown>([
  ...["section", "context", "divider", "table", "actions", "header", "image", "input", "video"],
]);

function checkContainer(problems: BlockProblems, block: Record<string, unknown>, at: Path): void {
  problems.text(block.title, BLOCK_LIMITS.containerTitle, `${at}/title`, PLAIN);
  if (block.default_collapsed === true && block.is_collapsible !== true) {
    problems.add("requires is_collapsible", `${at}/default_collapsed`);
  }
  const most = BLOCK_LIMITS.containerChildren;
  for (const [child, path] of problems.items(block.child_blocks, most, `${at}/child_blocks`)) {
    if (!isObject(child) || !CONTAINED.has(child.type)) {
      problems.add("unsupported type", `${path}/type`);
    } else checkBlock(problems, child, path);
  }
}

const CELLS = new Set<unknown>(["raw_text", "raw_number", "rich_text"]);

function checkTable(problems: BlockProblems, block: Record<string, unknown>, at: Path): void {
  for (const [row, path] of problems.items(block.rows, BLOCK_LIMITS.tableRows, `${at}/rows`)) {
    for (const [cell, place] of problems.items(row, BLOCK_LIMITS.tableCells, path)) {
      if (!isObject(cell) || !CELLS.has(cell.type)) problems.add("invalid cell", place);
      else if (cell.type !== "raw_number" && textLength(cell) === 0) {
        problems.add("must be more than 0 characters", place);
      }
    }
  }
  if (textLength(block.rows) > BLOCK_LIMITS.tableText) problems.add("too much text", `${at}/rows`);
}

/** How many there are, in containers too. */
const tablesIn = (value: unknown): number =>
  Array.isArray(value)
    ? value.reduce<number>((count, item) => count + tablesIn(item), 0)
    : isObject(value)
      ? value.type === "table"
        ? 1
        : tablesIn(value.child_blocks)
      : 0;

function checkActions(problems: BlockProblems, block: Record<string, unknown>, at: Path): void {
  const ids = new Set<unknown>();
  const most = BLOCK_LIMITS.actionsElements;
  for (const [element, path] of problems.items(block.elements, most, `${at}/elements`)) {
    checkElement(problems, element, path);
    if (!isObject(element) || element.action_id === undefined) continue;
    const { action_id: id } = element;
    if (ids.has(id)) problems.add("`action_id` already exists", `${path}/action_id`);
    ids.add(id);
  }
}

/** Checks one element of any block, such as a button, a select menu or an input. */
function checkElement(problems: BlockProblems, element: unknown, at: Path): void {
  if (!isObject(element) || typeof element.type !== "string") {
    problems.add("must be an element object", at);
    return;
  }
  problems.length(element.action_id, BLOCK_LIMITS.identifier, `${at}/action_id`);
  if (element.placeholder !== undefined) {
    problems.text(element.placeholder, BLOCK_LIMITS.placeholder, `${at}/placeholder`, PLAIN);
  }
  if (element.confirm !== undefined) checkConfirm(problems, element.confirm, `${at}/confirm`);
  switch (element.type) {
    case "button":
      problems.text(element.text, BLOCK_LIMITS.buttonText, `${at}/text`, PLAIN);
      problems.length(element.value, BLOCK_LIMITS.buttonValue, `${at}/value`, 0);
      problems.length(element.url, BLOCK_LIMITS.url, `${at}/url`);
      if (element.style !== undefined && !STYLES.has(element.style)) {
        problems.add("must be one of: primary, danger", `${at}/style`);
      }
      return;
    case "image":
      if (element.image_url === undefined && element.slack_file === undefined) {
        problems.add("missing required field: image_url", at);
      }
      if (element.alt_text === undefined) problems.add("missing required field: alt_text", at);
      problems.length(element.image_url, BLOCK_LIMITS.url, `${at}/image_url`);
      problems.length(element.alt_text, BLOCK_LIMITS.altText, `${at}/alt_text`, 0);
      return;
    case "overflow":
      checkOptions(problems, element.options, `${at}/options`, BLOCK_LIMITS.overflowOptions);
      return;
    case "static_select":
    case "multi_static_select":
    case "checkboxes":
    case "radio_buttons":
      if (element.option_groups === undefined) {
        checkOptions(problems, element.options, `${at}/options`);
        return;
      }
      for (const [group, path] of problems.items(
        element.option_groups,
        BLOCK_LIMITS.optionGroups,
        `${at}/option_groups`,
      )) {
        problems.text(
          isObject(group) && group.label,
          BLOCK_LIMITS.optionText,
          `${path}/label`,
          PLAIN,
        );
        checkOptions(problems, isObject(group) && group.options, `${path}/options`);
      }
      return;
    default:
      return;
  }
}

function checkOptions(
  problems: BlockProblems,
  options: unknown,
  at: Path,
  most: number = BLOCK_LIMITS.options,
): void {
  for (const [option, path] of problems.items(options, most, at)) {
    if (!isObject(option)) {
      problems.add("must be an option object", path);
      continue;
    }
    problems.text(option.text, BLOCK_LIMITS.optionText, `${path}/text`);
    if (option.value === undefined) problems.add("missing required field: value", path);
    problems.length(option.value, BLOCK_LIMITS.optionValue, `${path}/value`);
  }
}

function checkConfirm(problems: BlockProblems, confirm: unknown, at: Path): void {
  if (!isObject(confirm)) {
    problems.add("must be a confirmation object", at);
    return;
  }
  problems.text(confirm.title, BLOCK_LIMITS.confirmTitle, `${at}/title`, PLAIN);
  problems.text(confirm.text, BLOCK_LIMITS.confirmText, `${at}/text`);
  problems.text(confirm.confirm, BLOCK_LIMITS.confirmButton, `${at}/confirm`, PLAIN);
  problems.text(confirm.deny, BLOCK_LIMITS.confirmButton, `${at}/deny`, PLAIN);
}
