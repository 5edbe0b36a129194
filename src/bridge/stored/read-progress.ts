import { z } from "zod";
import type { StepRecord, StepRecords } from "../../delivery/step.ts";
import { readJson } from "../../read-json.ts";
import { count, json, optional, record, text } from "./fields.ts";
import { isProgressOf010, stepsOf010 } from "./progress-0.1.0.ts";
import { readStored } from "./read-stored.ts";

export const stepRecordSchema = record<StepRecord>({
  intent: optional(json),
  result: optional(json),
  life: optional(count),
});

export const progressSchema = record<{ steps: StepRecords }>({
  steps: z.record(text, stepRecordSchema),
});

/**
 * The steps of an item.
 *
 * @throws {UnreadableError} a newer version wrote them, or they are damaged
 */
export function readProgress(stored: string): StepRecords {
  const progress = readJson(stored, "the progress of an item");
  if (isProgressOf010(progress)) return stepsOf010(progress);
  return readStored(progressSchema, progress, "the progress of an item").steps;
}
