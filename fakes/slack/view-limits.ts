import { BLOCK_LIMITS, type BlockProblems, checkBlocks, isObject } from "./block-limits.ts";

const MODAL_TEXTS = ["title", "submit", "close"] as const;

/** What Slack would say against a view that the app opens, updates, pushes or publishes. */
export function checkView(view: unknown): BlockProblems {
  const blocks = isObject(view) ? view.blocks : undefined;
  const problems = checkBlocks(blocks, "modal");
  if (!isObject(view)) {
    problems.add("must be an object", "/view");
    return problems;
  }
  if (view.type !== "modal" && view.type !== "home") {
    problems.add("must be one of: modal, home", "/view/type");
  }
  problems.length(view.private_metadata, BLOCK_LIMITS.privateMetadata, "/view/private_metadata", 0);
  problems.length(view.callback_id, BLOCK_LIMITS.identifier, "/view/callback_id", 0);
  problems.length(view.external_id, BLOCK_LIMITS.identifier, "/view/external_id", 0);
  if (view.type !== "modal") return problems;

  if (view.title === undefined) problems.add("missing required field: title", "/view");
  for (const name of MODAL_TEXTS) {
    if (view[name] === undefined || view[name] === null) continue;
    problems.text(view[name], BLOCK_LIMITS.viewTitle, `/view/${name}`, ["plain_text"]);
  }
  const hasInput =
    Array.isArray(blocks) && blocks.some((block) => isObject(block) && block.type === "input");
  if (hasInput && !view.submit) problems.add("missing required field: submit", "/view");
  return problems;
}
