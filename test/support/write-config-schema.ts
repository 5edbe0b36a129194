import { writeFileSync } from "node:fs";
import { makeConfigSchema } from "./make-config-schema.ts";

writeFileSync("bridge.schema.json", `${JSON.stringify(makeConfigSchema(), null, 2)}\n`);
