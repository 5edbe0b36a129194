import { z } from "zod";
import { bridgeFileSchema } from "../../src/config/bridge-file/bridge-file-schema.ts";

/** The JSON Schema of `bridge.yaml`, for editors. */
export const makeConfigSchema = (): object => ({
  title: "bridge.yaml",
  description: "The configuration file of the Parley bridge for Slack: docs/configuration.md",
  // What editors for YAML know best.
  ...z.toJSONSchema(bridgeFileSchema, { target: "draft-7", io: "input" }),
});
