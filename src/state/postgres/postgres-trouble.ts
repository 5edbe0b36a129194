import type { PostgresTarget } from "./postgres-url.ts";

/** What people have to do about a failure of the server, or of the way to it. */
interface PostgresTrouble {
  readonly advice: string;
  /** Whether it can be over at the next try without anybody's help. */
  readonly canPass: boolean;
}

/** `host:port`, or the folder of a socket. */
const placeOf = ({ host, port }: PostgresTarget): string =>
  host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;

/** `code`: see `codeOf`. */
export function troubleOf(code: string, target: PostgresTarget): PostgresTrouble {
  const place = placeOf(target);
  const { host, user, database } = target;
  const passing = (advice: string): PostgresTrouble => ({ advice, canPass: true });
  const lasting = (advice: string): PostgresTrouble => ({ advice, canPass: false });
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return passing(
        `the host ${host} of STATE_URL is not known (${code}); mend its name, or look at the name server`,
      );
    case "ECONNREFUSED":
    case "ENOENT":
    case "57P03":
      return passing(
        `no PostgreSQL takes connections at ${place} (${code}); start it, or mend the host and the port in STATE_URL`,
      );
    case "ETIMEDOUT":
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return passing(
        `PostgreSQL at ${place} does not answer (${code}); look at the network and the firewalls between`,
      );
    case "ECONNRESET":
    case "EPIPE":
    case "57P01":
    case "57P02":
      return passing(
        `PostgreSQL at ${place} has ended the connection (${code}); if this stays, look at its log`,
      );
    case "57P05":
    case "25P03":
      return passing(
        `PostgreSQL at ${place} has ended the session, because the bridge was silent for too long (${code}); if this stays, look at the load of this machine`,
      );
    case "57014":
      return passing(
        `PostgreSQL at ${place} has ended a statement that took too long (${code}); look at its load, and at statement_timeout of ${user}`,
      );
    case "NO_PASSWORD":
      return lasting(
        `PostgreSQL at ${place} asks for a password of ${user}, and there is none; set PGPASSWORD, or PGPASSFILE, or passfile in STATE_URL`,
      );
    case "28P01":
      return lasting(
        `PostgreSQL at ${place} does not accept the password of ${user} (${code}); mend it in STATE_URL, PGPASSWORD or the file of passwords`,
      );
    case "28000":
      return lasting(
        `PostgreSQL at ${place} does not let ${user} in (${code}); create the role, and let pg_hba.conf admit it from here, with or without TLS as sslmode in STATE_URL says`,
      );
    case "3D000":
      return lasting(
        `there is no database ${database} at ${place} (${code}); create it, e.g. with createdb -O ${user} -E UTF8 -T template0 ${database}`,
      );
    case "42501":
      return lasting(
        `${user} may not use the database ${database} at ${place} as the bridge has to (${code}); make it the owner of its schema and of the tables in it`,
      );
    case "42P01":
      return lasting(
        `${user} sees no tables of the bridge in the database ${database} at ${place} (${code}), because its search_path leads elsewhere or they were dropped; mend search_path, or stop all bridges and restore a backup`,
      );
    case "25006":
      return passing(
        `PostgreSQL at ${place} can only be read (${code}), because it is a standby or was set so; let STATE_URL lead to the primary`,
      );
    case "53100":
      return passing(`the disk of PostgreSQL at ${place} is full (${code}); make room`);
    case "53300":
      return passing(
        `PostgreSQL at ${place} has no connection left (${code}); raise max_connections, or the limit of the role ${user} or the database ${database}: each bridge needs three, and five for a moment at its start`,
      );
    case "NO_TLS":
      return lasting(
        `PostgreSQL at ${place} has no TLS, and sslmode in STATE_URL asks for it; set it up there (ssl = on)`,
      );
    case "XX001":
    case "XX002":
      return lasting(
        `the database ${database} at ${place} is damaged (${code}); look at its log, and restore a backup`,
      );
    default:
      return isOfTls(code)
        ? lasting(
            `the certificate of PostgreSQL at ${place} is not accepted (${code}); mend it, or sslmode and sslrootcert in STATE_URL`,
          )
        : passing(`PostgreSQL at ${place} cannot be used (${code}); look at its log`);
  }
}

const isOfTls = (code: string): boolean => /CERT|TLS|SSL|SIGNATURE|ISSUER/.test(code);
