import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

export interface MadeCertificate {
  readonly key: Buffer;
  readonly cert: Buffer;
  /** The file of the authority that has signed it. */
  readonly authority: string;
}

/** A certificate for this host, signed by an authority of this name that nobody knows; gone when the test ends. */
export function makeCertificate(
  host: string,
  { authority = "Corp Inspection CA", days = 1 }: { authority?: string; days?: number } = {},
): MadeCertificate {
  const folder = mkdtempSync(join(tmpdir(), "certificate-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: readonly string[]) =>
    execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  writeFileSync(at("names"), `subjectAltName=${/^[\d.]+$/.test(host) ? "IP" : "DNS"}:${host}`);
  openssl(
    "req",
    "-x509",
    ...newKey,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
    "-subj",
    `/O=${authority}`,
  );
  openssl("req", ...newKey, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=test");
  openssl(
    ...[
      "x509",
      "-req",
      "-in",
      "request.pem",
      "-CA",
      "ca.pem",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
    ],
    ...["-out", "cert.pem", "-days", String(days), "-extfile", "names"],
  );
  return {
    key: readFileSync(at("key.pem")),
    cert: readFileSync(at("cert.pem")),
    authority: at("ca.pem"),
  };
}
