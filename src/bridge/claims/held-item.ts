import { type ItemId, makeDerivedItemId } from "../../ids.ts";

/** The held item that keeps a reply, because a colleague answers the User, until its writer decides. */
export const heldItem = (reply: ItemId): ItemId => makeDerivedItemId(reply, "held back");
