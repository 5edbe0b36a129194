import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

export interface MadeCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** The file of the authority that has signed it. */
  readonly authority: string;
}

const NEW_KEY = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";

/** A certificate for this host, good for a day, signed by an authority of this name that nobody knows; gone when the test ends. */
export async function makeCertificate(
  host: string,
  authority = "Corp Inspection CA",
): Promise<MadeCertificate> {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const openssl = (words: string, ...others: readonly string[]) =>
    promisify(execFile)("openssl", [...words.split(" "), ...others], { cwd: folder });
  writeFileSync(at("names"), `subjectAltName=${/^[\d.]+$/.test(host) ? "IP" : "DNS"}:${host}`);
  await openssl(`req -x509 ${NEW_KEY} -keyout ca.key -out ca.pem -subj`, `/O=${authority}`);
  await openssl(`req ${NEW_KEY} -keyout key.pem -out request.pem -subj /CN=test`);
  await openssl(
    "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 1 -extfile names",
  );
  return {
    key: readFileSync(at("key.pem")),
    cert: readFileSync(at("cert.pem")),
    authority: at("ca.pem"),
  };
}
