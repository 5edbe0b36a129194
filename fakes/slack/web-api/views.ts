import type {
  ViewsOpenResponse,
  ViewsPublishResponse,
  ViewsPushResponse,
  ViewsUpdateResponse,
} from "@slack/web-api";
import { invalidArguments, SlackError } from "../slack-error.ts";
import type { Method, Wire } from "./method.ts";

const open: Method = {
  run({ triggers, views }, args) {
    const { user } = triggers.exchange(args.required("trigger_id"));
    return { view: views.open(user, args.nested("view")) } satisfies Wire<ViewsOpenResponse>;
  },
};

const push: Method = {
  run({ triggers, views }, args) {
    const { viewId } = triggers.exchange(args.required("trigger_id"));
    if (viewId === undefined) throw new SlackError("not_found");
    const parent = views.find({ id: viewId });
    return { view: views.push(parent, args.nested("view")) } satisfies Wire<ViewsPushResponse>;
  },
};

const update: Method = {
  run({ views }, args) {
    const id = args.text("view_id");
    const externalId = args.text("external_id");
    if (id === undefined && externalId === undefined) {
      throw invalidArguments("missing required field: view_id");
    }
    const found = views.find({ id, externalId });
    return {
      view: views.update(found, args.nested("view"), args.text("hash")),
    } satisfies Wire<ViewsUpdateResponse>;
  },
};

const publish: Method = {
  run({ state, views }, args) {
    const user = args.required("user_id");
    if (!state.users.has(user)) throw invalidArguments("user_not_found: user_id");
    return {
      view: views.publish(user, args.nested("view"), args.text("hash")),
    } satisfies Wire<ViewsPublishResponse>;
  },
};

export const views = {
  "views.open": open,
  "views.push": push,
  "views.update": update,
  "views.publish": publish,
} satisfies Record<string, Method>;
