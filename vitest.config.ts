import { defineConfig } from "vitest/config";

const TESTS = ["test/**/*.test.ts", "sandbox/test/**/*.test.ts"];
/** What compares times, and would measure its neighbours too. */
const ALONE = ["test/e2e/delivery-pace.test.ts"];
/** A server that builds this runs these besides `npm test`. */
const CHAOS = ["test/chaos/chaos-replicas.test.ts", "test/chaos/chaos.test.ts"];
/** What takes long and seldom breaks; like all the others `npm run test:all` runs it. */
const LONG = [
  "test/contract/migrate-state.test.ts",
  "test/contract/postgres-pace.test.ts",
  "test/contract/restore-killed.test.ts",
  "test/e2e/bench.test.ts",
  "test/e2e/changing-password.test.ts",
  "test/e2e/backup-under-load.test.ts",
  "test/e2e/delivery-restarts.test.ts",
  "test/e2e/files-memory.test.ts",
  "test/e2e/production-install.test.ts",
  "test/unit/convert/linear.test.ts",
];

/** Makes the image's files in a root of their own, which takes minutes and the rights to do so: `npm run image:try`. */
const IMAGE = ["test/image/*.test.ts"];

/** What says nothing about several replicas, although it starts the bridge; all else of `test/e2e/` does. */
const NOT_ON_REPLICAS: Readonly<Record<string, string>> = {
  "backup-tools": "copies files of SQLite",
  "backup-under-load": "copies files of SQLite",
  bench: "chooses its states itself",
  "changing-password": "has a server and replicas of its own",
  "config-file": "about the start of one process, and a tool",
  container: "about the start of one process",
  caddy: "about what stands before the bridges, and has one that is not there",
  commits: "counts the transactions in a file of SQLite",
  "disaster-drill": "has states and processes of its own",
  "dead-letters-tool": "about files of SQLite that cannot be read",
  "delivered-texts": "looks for texts in the files of SQLite",
  "delivery-pace": "measures time, with processes of its own",
  "delivery-restarts": "kills processes of its own; the chaos test does that to replicas",
  "delivery-start": "about the start of one process",
  doctor: "about the doctor, which runs once",
  "doctor-live": "about the doctor, which runs once",
  "doctor-network": "about the doctor, which runs once",
  "doctor-secrets": "about the doctor, which runs once",
  "files-memory": "measures the memory of one process",
  "hostile-requests": "about the bytes on a connection to one process",
  "npm-start": "about the start of one process",
  "production-install": "about the installation of one process",
  migrate: "has a file of SQLite, and a database besides",
  readiness: "about what each process says of itself",
  "replica-clocks": "has replicas of its own",
  "request-bodies": "about the bytes on a connection to one process",
  scaling: "has databases and replicas of its own",
  "cut-off": "has replicas of its own",
  "rolling-upgrade": "has replicas of its own",
  "socket-refused": "about the socket and the alarms of one process",
  start: "about the start of one process",
  upgrading: "has states of its own",
  "state-trouble": "about damaged and read-only files of SQLite",
  stopping: "about the end of one process",
};

const storyOf = (name: string): string => `test/e2e/${name}.test.ts`;

/** What `npm test` tells to several replicas too; `npm run test:replicas` tells them the others. */
const ON_REPLICAS = [
  "desk-races",
  "further-handover",
  "hand-back",
  "handovers",
  "move",
  "merging",
  "message-order",
  "one-thread",
  "people-proof",
  "relay-to-parley",
  "story",
].map(storyOf);

/** Starts a PostgreSQL for whatever asks for it. */
const POSTGRES = "test/support/postgres-cluster.ts";

/** A machine may be busy with other work: what is waited for has time, and what comes is seen at once. */
const limits = {
  testTimeout: 60_000,
  hookTimeout: 30_000,
  expect: { poll: { timeout: 15_000, interval: 10 } },
};

const replicas = {
  globalSetup: POSTGRES,
  env: { REPLICAS: "2" },
  isolate: false,
  maxWorkers: 3,
  ...limits,
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "parallel",
          globalSetup: POSTGRES,
          include: TESTS,
          exclude: [...ALONE, ...CHAOS, ...LONG, ...IMAGE],
          // Files share a process and its modules: to load Bolt and the rest anew for each would be most of the work.
          isolate: false,
          // More than there are cores: much of a test is waiting, for the disk above all.
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
          ...limits,
        },
      },
      {
        test: {
          name: "alone",
          include: ALONE,
          isolate: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          ...limits,
        },
      },
      {
        test: {
          // The same stories once more, on several replicas over one PostgreSQL.
          name: "replicas",
          include: ON_REPLICAS,
          sequence: { groupOrder: 2 },
          ...replicas,
        },
      },
      {
        test: {
          name: "replicas-long",
          include: ["test/e2e/*.test.ts"],
          exclude: [...ON_REPLICAS, ...Object.keys(NOT_ON_REPLICAS).map(storyOf)],
          sequence: { groupOrder: 3 },
          ...replicas,
        },
      },
      {
        test: {
          name: "chaos",
          globalSetup: POSTGRES,
          include: CHAOS,
          // They mostly wait.
          maxWorkers: 2,
          sequence: { groupOrder: 4 },
          ...limits,
        },
      },
      {
        test: { name: "image", include: IMAGE, ...limits, testTimeout: 1_800_000 },
      },
      {
        test: {
          name: "long",
          globalSetup: POSTGRES,
          include: LONG,
          maxWorkers: 1,
          sequence: { groupOrder: 5 },
          ...limits,
        },
      },
    ],
  },
});
