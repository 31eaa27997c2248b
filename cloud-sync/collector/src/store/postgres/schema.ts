/**
 * Records are keyed by (journal, seq), where a journal is one (device, epoch, stream). `spans` holds which numbers are
 * accounted for, as ranges that never touch; the holes between them are the gaps. `records.json` is text and not jsonb,
 * because the hash is over its bytes.
 */
const FIRST = `
create table devices (
  device text primary key, first_seen_ms bigint not null, last_seen_ms bigint not null,
  birth text, reported text, reported_ms bigint
);
create table journals (
  id bigint generated always as identity primary key, device text not null, epoch text not null, stream text not null,
  stored bigint not null default 0, first_seen_ms bigint not null, unique (device, epoch, stream)
);
create table records (
  journal bigint not null references journals (id), seq bigint not null, hash text not null, kind text not null,
  wall_ms bigint not null, received_ms bigint not null, json text not null, primary key (journal, seq)
);
create table spans (
  journal bigint not null references journals (id), first bigint not null, last bigint not null,
  primary key (journal, first)
);
create table declared (
  journal bigint not null references journals (id), first bigint not null, last bigint not null,
  reason text not null, head text not null, tombstone bigint not null, primary key (journal, tombstone)
);
create index declared_by_end on declared (journal, last);
create table retired (
  journal bigint primary key references journals (id), last bigint not null, head text not null,
  count bigint not null, at_ms bigint not null
);
create table chain_breaks (
  journal bigint not null references journals (id), seq bigint not null, link text not null, expected text not null,
  found text not null, at_ms bigint not null, times bigint not null default 1, primary key (journal, seq, link)
);
create table conflicts (
  journal bigint not null references journals (id), seq bigint not null, kept_hash text not null,
  refused_hash text not null, refused_json text not null, content_differs integer not null, at_ms bigint not null,
  times bigint not null default 1, primary key (journal, seq)
);
create table gaps (
  id bigint generated always as identity primary key, journal bigint not null references journals (id),
  first bigint not null, last bigint not null, state text not null, opened_ms bigint not null, closed_ms bigint,
  requests bigint not null default 0, requested_ms bigint
);
create index gaps_by_state on gaps (state, journal);
create table events (
  id bigint generated always as identity primary key, device text not null, event text not null, kind text not null,
  severity text not null, camera text not null, zone text, rule text not null, label text not null,
  opened_ms bigint not null, opened_known integer not null, updated_ms bigint not null, closed_ms bigint, reason text,
  lasted_ms double precision not null, score double precision, clock text not null, snapshot text, extra text not null,
  journal bigint not null, seq bigint not null, snapshot_journal bigint, snapshot_seq bigint, unique (device, event)
);
create index events_by_time on events (opened_ms desc, id desc);
create index events_by_device on events (device, opened_ms desc, id desc);
create index events_by_kind on events (kind, opened_ms desc, id desc);
create table telemetry (
  device text not null, camera text not null, model text not null, journal bigint not null, seq bigint not null,
  wall_ms bigint not null, received_ms bigint not null, body text not null, primary key (device, camera, model)
);
create table inspection_history (
  at timestamptz not null, device text not null, camera text not null, model text not null, journal bigint not null,
  seq bigint not null, offered bigint not null, inspected bigint not null, skipped bigint not null,
  failed bigint not null, state text not null, primary key (journal, seq, at)
);
create index inspection_history_by_camera on inspection_history (device, camera, model, at desc);
create table expected_media (
  device text not null, event text not null, sha256 text not null, primary key (device, event, sha256)
);
create table media (
  sha256 text primary key, device text not null, bytes bigint not null, mime text not null, stored_ms bigint not null,
  retired_ms bigint
);
create index media_by_age on media (stored_ms) where retired_ms is null;
create table credentials (device text primary key, hash text not null, created_ms bigint not null);
create table meta (name text primary key, value bigint not null);
insert into meta values ('credential_revision', 0), ('applied_revision', -1);
create table collectors (id text primary key, seen_at timestamptz not null);
create table cluster (id uuid not null);
insert into cluster values (gen_random_uuid());
`;

/** What devices signed: by stream the number and the hash that stood there; `holds` when the signature is the key's. */
const SIGNATURES = `
create table signed_heads (
  device text not null, epoch text not null, stream text not null, seq bigint not null, audit_seq bigint not null,
  head text not null, key text not null, holds integer not null, at_ms bigint not null,
  primary key (device, epoch, stream, seq, audit_seq)
);
create index signed_heads_by_time on signed_heads (at_ms);
create index signed_heads_by_device on signed_heads (device, at_ms);
`;

/**
 * Books of journals that recovery on a device gave up: numbers that a later journal declares lost, and numbers whose
 * records a later journal has (ranges that never touch).
 */
const RECOVERY = `
create table recovery_losses (
  journal bigint not null references journals (id), first bigint not null, last bigint not null, reason text not null,
  audit_journal bigint not null references journals (id), audit_seq bigint not null,
  primary key (journal, first, audit_journal, audit_seq)
);
create table transferred (
  journal bigint not null references journals (id), first bigint not null, last bigint not null, primary key (journal, first)
);
`;

/** Telemetry records by time, for the coverage of a camera. Records of other kinds do not pay for it. */
const TELEMETRY_BY_TIME = `create index telemetry_by_time on records (journal, wall_ms) where kind = 'counters';`;

/**
 * When the first record of an event was received: an event of a device whose clock is ahead does not come before all
 * others in the lists. Of older events the reception of the latest record is known.
 */
const EVENTS_RECEIVED = `
alter table events add column received_ms bigint not null default 9007199254740991;
update events set received_ms = coalesce(
  (select r.received_ms from records r where r.journal = events.journal and r.seq = events.seq), received_ms);
drop index events_by_time;
drop index events_by_device;
drop index events_by_kind;
create index events_by_time on events ((least(opened_ms, received_ms)) desc, id desc);
create index events_by_device on events (device, (least(opened_ms, received_ms)) desc, id desc);
create index events_by_kind on events (kind, (least(opened_ms, received_ms)) desc, id desc);
`;

/** Rollouts of releases, what was done about them, and what each device should have. */
const ROLLOUTS = `
create table rollouts (
  id text primary key, active integer not null, change integer not null, created_ms bigint not null, json text not null
);
create table rollout_history (
  id bigserial primary key, rollout text not null references rollouts (id), at_ms bigint not null,
  who text not null, action text not null, device text, detail text
);
create index rollout_history_by_rollout on rollout_history (rollout, id);
create table desired (device text primary key, revision bigint not null, json text not null);
`;

/** What people say about events: each row is one statement, the latest of an event holds. */
const REVIEWS = `
create table reviews (
  id bigserial primary key, device text not null, event text not null, verdict text not null,
  who text not null, at_ms bigint not null, json text not null
);
create index reviews_by_event on reviews (device, event, id);
`;

/** Claims with which devices enrol, and what was done with them. */
const CLAIMS = `
create table claims (
  id text primary key, device text not null, hash text not null unique, line text, site text,
  created_ms bigint not null, expires_ms bigint not null, used_ms bigint, cancelled_ms bigint,
  binding text, certificate text
);
create index claims_by_device on claims (device);
create table claim_history (
  number bigserial primary key, claim text not null, device text not null, at_ms bigint not null,
  who text not null, action text not null, detail text
);
`;

/** Step n carries a database from schema n to n + 1. */
export const MIGRATIONS: readonly string[] = [
  FIRST,
  SIGNATURES,
  RECOVERY,
  TELEMETRY_BY_TIME,
  EVENTS_RECEIVED,
  ROLLOUTS,
  REVIEWS,
  CLAIMS,
];

/** Bumped with every change of the tables; older databases are carried forward and newer ones refused. */
export const SCHEMA_VERSION = MIGRATIONS.length;
