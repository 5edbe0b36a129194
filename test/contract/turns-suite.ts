import { describe, expect, it } from "vitest";
import type { InTurn } from "../../src/turns.ts";

/** Two who take their turns by the same keys: two replicas, or twice the same process. Until the end of the test. */
type OpenTurns = () => Promise<readonly [InTurn<string>, InTurn<string>]>;

/** What happens at a call: told in the order in which it happened. */
function createScript() {
  const told: string[] = [];
  const scene = (name: string) => {
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const play = async () => {
      told.push(`${name} begins`);
      begun.resolve();
      await goOn.promise;
      told.push(`${name} ends`);
      return name;
    };
    return { play, begun: begun.promise, goOn: goOn.resolve, fail: goOn.reject };
  };
  return { told, scene };
}

/** What everybody keeps who lets work be done one after the other. */
export function describeTurns(name: string, open: OpenTurns): void {
  describe(name, () => {
    it("let one go after the other for one key, and give back what came of it", async () => {
      const [one, other] = await open();
      const { told, scene } = createScript();
      const first = scene("first");
      const second = scene("second");
      const results = [one("a", first.play)];
      await first.begun;
      results.push(other("a", second.play));
      second.goOn();
      // Something else has its turn meanwhile.
      await other("b", () => Promise.resolve());
      first.goOn();
      expect(await Promise.all(results)).toEqual(["first", "second"]);
      expect(told).toEqual(["first begins", "first ends", "second begins", "second ends"]);
    });

    it("go on after work that failed", async () => {
      const [one, other] = await open();
      const { told, scene } = createScript();
      const first = scene("first");
      const failing = one("a", first.play);
      await first.begun;
      const second = scene("second");
      const next = other("a", second.play);
      second.goOn();
      first.fail(new Error("not today"));
      await expect(failing).rejects.toThrow("not today");
      expect(await next).toBe("second");
      expect(told).toEqual(["first begins", "second begins", "second ends"]);
    });

    it("are left by whoever gives up while waiting, and by nobody whose turn it is", async () => {
      const [one, other] = await open();
      const { told, scene } = createScript();
      const giveUp = new AbortController();
      const first = scene("first");
      const running = one("a", first.play, giveUp.signal);
      await first.begun;
      const second = scene("second");
      const waiting = other("a", second.play, giveUp.signal);
      const third = scene("third");
      const last = other("a", third.play);
      third.goOn();
      giveUp.abort(new Error("not needed any more"));
      await expect(waiting).rejects.toThrow("not needed any more");
      for (const key of ["a", "free"]) {
        await expect(one(key, second.play, giveUp.signal)).rejects.toThrow("not needed any more");
      }
      first.goOn();
      expect(await Promise.all([running, last])).toEqual(["first", "third"]);
      expect(told).toEqual(["first begins", "first ends", "third begins", "third ends"]);
    });
  });
}
