import { BridgeError, toBridgeError, UncertainDeliveryError } from "../errors.ts";
import type { OnceStep, RepeatableStep, StepRecord, StepRecords, Steps } from "./step.ts";

/** What the steps of an item begin with, and where they go. */
interface StoredSteps {
  records: StepRecords;
  /** As the journal has it. */
  hasBegun: boolean;
  /** How often the item has been requeued. */
  requeues: number;
  place: PlaceInLane;
  /** @throws {CancelledError} the item was cancelled or replaced; nothing was stored */
  save(records: StepRecords, hasBegun: boolean): Promise<void>;
}

/** What an attempt must know of the rest of its lane. */
export interface PlaceInLane {
  /**
   * Resolves when the item is the head.
   *
   * @throws {CancelledError} it does not become the head in this attempt
   */
  untilHead(): Promise<void>;
  /** The end of the item before is on its way to the disk, where what is stored now goes with it. */
  isEndUnderWay(): boolean;
  /** Resolves when a request that an earlier attempt left on its way has arrived. Rejects when this attempt is to give up. */
  untilSettled(): Promise<void>;
  /** See `Tenure`. */
  stillOurs(): Promise<void> | undefined;
  /** To be called when a step is about to be done. */
  onRun(): void;
}

/** The steps of an item during one attempt. */
export function createSteps({
  records: stored,
  hasBegun,
  requeues,
  place: { untilHead, isEndUnderWay, untilSettled, stillOurs, onRun },
  save,
}: StoredSteps): AttemptSteps {
  const records = new Map(Object.entries(stored).filter(([, record]) => !isVoid(record, requeues)));
  // It may have begun through a step that is void now, or in an earlier version, which kept no record of it.
  const hasLostTrack =
    records.size < Object.keys(stored).length || ![...records.values()].some(isBegun);
  const alwaysBegun = hasBegun && hasLostTrack;
  let lastWrite: Promise<void> = Promise.resolve();
  /** Whether there are results that the last write did not have. */
  let hasMore = false;
  let hasEnded = false;

  /** One write after the other: of two for the same row in one transaction either could win. */
  function write(): Promise<void> {
    // Whatever the handler has left behind must not overwrite what the next attempt stores.
    if (hasEnded) return Promise.reject(new Error("The attempt is over"));
    const hadMore = hasMore;
    hasMore = false;
    const writing = lastWrite.then(() =>
      save(Object.fromEntries(records), alwaysBegun || [...records.values()].some(isBegun)),
    );
    lastWrite = writing.catch(() => {
      hasMore ||= hadMore;
    });
    return writing;
  }

  async function once<Intent, Result, Nothing extends undefined>(
    name: string,
    { kind, intent: plan, confirm, run, check, begun }: OnceStep<Intent, Result, Nothing>,
  ): Promise<Result | Nothing> {
    // Before anything that takes time: whoever is stopped meanwhile must not take what may be done for what is not.
    if (begun !== undefined && !records.has(name)) records.set(name, { intent: begun });
    const known = records.get(name)?.intent;
    let earlier = known === undefined ? undefined : kind.readIntent(known);
    if (!check || earlier !== undefined) await untilHead();
    if (earlier !== undefined) {
      if (!check)
        throw new UncertainDeliveryError(`An earlier attempt may have done this: ${name}`);
      let found = await check(earlier);
      if (found === "not-done") {
        await untilSettled();
        found = await check(earlier);
      }
      if (typeof found === "object") return finish(name, found.result, check);
      // What is not there now will not come any more, so what goes instead may differ from it.
      if (found === "not-done") {
        records.delete(name);
        earlier = undefined;
      }
    }
    const intent = await plan(earlier);
    if (intent === undefined) return intent as Nothing;
    // A crash in between has people asked about what was not done, so time for it is taken only where it is gained for both.
    const isMeanwhile = check !== undefined || isEndUnderWay();
    if (!isMeanwhile) await confirm?.();
    const before = records.get(name);
    records.set(name, check ? { intent } : { intent, life: requeues });
    // To store takes longer than to ask, so what is to be stored is handed over first.
    const mayAsk = () => (check ? untilHead() : new Promise(setImmediate));
    const confirmed = isMeanwhile ? mayAsk().then(confirm) : undefined;
    // Storing the intent may fail first.
    confirmed?.catch(() => {});
    try {
      await write();
    } catch (error) {
      restore(name, before);
      throw error;
    }
    /** It was surely not done in this attempt, which says nothing about the one before it. */
    const takeBack = async () => {
      if (earlier !== undefined) return;
      records.delete(name);
      // What went wrong with the step says more than that this cannot be stored.
      await write().catch(() => {});
    };
    try {
      await confirmed;
      const asked = stillOurs();
      if (asked) await asked;
    } catch (error) {
      await takeBack();
      throw error;
    }
    onRun();
    try {
      return finish(name, await run(intent, earlier !== undefined), check);
    } catch (thrown) {
      const error = toBridgeError(thrown);
      const mayBeDone = error.code === "uncertain" || (error.code === "defect" && check);
      if (!mayBeDone) await takeBack();
      throw check && error.disposition === "uncertain" ? toBeLookedFor(error) : error;
    }
  }

  /**
   * The result follows without being waited for. Where an attempt that does not find it can look, it follows together with
   * whatever is stored next, and with nothing if the item is done by then. Where nobody can look, it follows as soon as what
   * runs now has run, unless the item is done by then: with its end it would be stored only to be deleted.
   */
  function finish<Result>(name: string, result: Result, check: unknown): Result {
    records.set(name, { ...records.get(name), result });
    hasMore = true;
    if (!check) setImmediate(writeMore);
    return result;
  }

  /** If it fails, the results go with the next write. */
  function writeMore(): void {
    if (hasMore && !hasEnded) write().catch(() => {});
  }

  function restore(name: string, record: StepRecord | undefined): void {
    if (record) records.set(name, record);
    else records.delete(name);
  }

  return {
    async step<Intent, Result, Nothing extends undefined>(
      name: string,
      step: OnceStep<Intent, Result, Nothing> | RepeatableStep<Result>,
    ): Promise<Result | Nothing> {
      const result = records.get(name)?.result;
      if (result !== undefined) return step.kind.readResult(result);
      if ("intent" in step) return await once(name, step);
      await untilHead();
      const asked = stillOurs();
      if (asked) await asked;
      const done = await step.run();
      records.set(name, { result: done });
      await write();
      return done;
    },
    stateOf(name) {
      const record = records.get(name);
      if (!record) return "new";
      return record.result === undefined ? "begun" : "done";
    },
    names: () => [...records.keys()],
    intentOf(name, kind) {
      const intent = records.get(name)?.intent;
      return intent === undefined ? undefined : kind.readIntent(intent);
    },
    resultOf(name, kind) {
      const result = records.get(name)?.result;
      return result === undefined ? undefined : kind.readResult(result);
    },
    async forget(name) {
      await untilHead();
      if (name === undefined) records.clear();
      else records.delete(name);
      await write();
    },
    async flushed() {
      await lastWrite;
      writeMore();
      await lastWrite;
      hasEnded = true;
    },
    end() {
      hasEnded = true;
    },
  };
}

/** The steps, for whoever decides what becomes of the attempt. */
export interface AttemptSteps extends Steps {
  /** The attempt is over. Resolves when every result is on disk, or could not be stored; nothing is stored after that. */
  flushed(): Promise<void>;
  /** The attempt is over, and what is not on disk need not get there any more. */
  end(): void;
}

const isBegun = ({ intent }: StepRecord): boolean => intent !== undefined;

/** Somebody has decided about it since: what may have been done is to be done again. */
const isVoid = ({ result, life }: StepRecord, requeues: number): boolean =>
  result === undefined && life !== undefined && life !== requeues;

const toBeLookedFor = (cause: BridgeError): BridgeError =>
  new BridgeError(cause.message, { code: "uncertain", disposition: "retry", cause });
