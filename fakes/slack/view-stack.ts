import { randomUUID } from "node:crypto";
import { BLOCK_LIMITS, isObject } from "./block-limits.ts";
import { completeBlocks } from "./complete-blocks.ts";
import { identity } from "./identity.ts";
import { invalidArguments, SlackError } from "./slack-error.ts";
import type { Block, OpenView, TextObject, ViewObject } from "./state.ts";
import { checkView } from "./view-limits.ts";
import { makeBlockId, makeId, type Workspace } from "./workspace.ts";

/** Slack shows at most this many modals above each other. */
const MAX_STACK = 3;

/** The modals on the members' screens. */
export interface ViewStack {
  open(user: string, view: unknown): ViewObject;
  /** Puts a view above `parent`. @throws {SlackError} `push_limit_reached` */
  push(parent: OpenView, view: unknown): ViewObject;
  /** Replaces the content of an open view. @throws {SlackError} `not_found`, `hash_conflict` */
  update(open: OpenView, view: unknown, hash?: string): ViewObject;
  publish(user: string, view: unknown, hash?: string): ViewObject;
  find(by: { id?: string | undefined; externalId?: string | undefined }): OpenView;
  /** Takes a view from the screen; `all` also takes those below it. */
  close(open: OpenView, all?: boolean): void;
}

export function createViewStack({ state, journal, now }: Workspace): ViewStack {
  const build = (view: unknown, type: "modal" | "home", base?: ViewObject): ViewObject => {
    const { hints } = checkView(view);
    if (!isObject(view)) throw invalidArguments("must provide an object [json-pointer:/view]");
    if (JSON.stringify(view).length > BLOCK_LIMITS.viewBytes)
      throw new SlackError("view_too_large");
    if (hints.length > 0) throw new SlackError("invalid_arguments", { messages: hints });
    if (view.type !== type)
      throw invalidArguments(`view must be of type ${type} [json-pointer:/view/type]`);
    const id = base?.id ?? makeId("V");
    return {
      id,
      team_id: identity.teamId,
      type,
      blocks: completeBlocks(view.blocks as Block[], makeBlockId),
      private_metadata: toText(view.private_metadata),
      callback_id: toText(view.callback_id),
      external_id: toText(view.external_id),
      state: { values: {} },
      hash: `${Math.floor(now() / 1000)}.${randomUUID().slice(0, 8)}`,
      title: (view.title as TextObject | undefined) ?? {
        type: "plain_text",
        text: "View Title",
        emoji: true,
      },
      submit: (view.submit as TextObject | undefined) ?? null,
      close: (view.close as TextObject | undefined) ?? null,
      clear_on_close: view.clear_on_close === true,
      notify_on_close: view.notify_on_close === true,
      root_view_id: base?.root_view_id ?? id,
      previous_view_id: base?.previous_view_id ?? null,
      app_id: identity.appId,
      app_installed_team_id: identity.teamId,
      bot_id: identity.botId,
    };
  };

  const show = (user: string, view: ViewObject): ViewObject => {
    if (view.external_id !== "") {
      for (const { view: other } of state.views.values()) {
        if (other.external_id === view.external_id) throw new SlackError("duplicate_external_id");
      }
    }
    state.views.set(view.id, { user, view, status: "open", errors: {} });
    journal.changed("view-opened", view.id);
    return view;
  };

  const close = (open: OpenView, all = false): void => {
    open.status = "closed";
    journal.changed("view-closed", open.view.id);
    const below = state.views.get(open.view.previous_view_id ?? "");
    if (all && below) close(below, true);
  };

  return {
    close,
    open: (user, view) => show(user, build(view, "modal")),
    push(parent, view) {
      const root = parent.view.root_view_id;
      const depth = [...state.views.values()].filter(
        ({ status, view: other }) => status === "open" && other.root_view_id === root,
      ).length;
      if (depth >= MAX_STACK) throw new SlackError("push_limit_reached");
      const built = build(view, "modal");
      return show(parent.user, {
        ...built,
        root_view_id: root,
        previous_view_id: parent.view.id,
      });
    },
    update(open, view, hash) {
      if (hash !== undefined && hash !== open.view.hash) throw new SlackError("hash_conflict");
      if (open.status === "closed") throw new SlackError("not_found");
      open.view = build(view, open.view.type, open.view);
      open.errors = {};
      journal.changed("view-updated", open.view.id);
      return open.view;
    },
    publish(user, view, hash) {
      const before = state.homes.get(user);
      if (hash !== undefined && before && hash !== before.hash)
        throw new SlackError("hash_conflict");
      const home = build(view, "home", before);
      state.homes.set(user, home);
      journal.changed("home-published", user);
      return home;
    },
    find({ id, externalId }) {
      for (const open of state.views.values()) {
        if (open.view.id === id) return open;
        if (externalId !== undefined && open.view.external_id === externalId) return open;
      }
      throw new SlackError("not_found");
    },
  };
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}
